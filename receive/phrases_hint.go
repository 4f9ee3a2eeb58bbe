package receive

// The phrases of these tables decide nothing by themselves: they are features of the model beside the words, and reach
// further than the words of the training texts.

const abuseChinese = `
	傻逼 / 傻比 / 傻b / 煞笔 / 沙比 / 傻x / sb / cnm / nmsl / tmd / 他妈 / 你妈 / 尼玛 / 草泥马 / 操你 / 操他 / 草你 / 日你 / 狗日 / 王八 / 混蛋 / 混账 / 畜生 / 人渣 / 败类 / 杂种 / 贱人 / 贱货 / 婊 / 狗东西 / 狗屎 / 狗腿 / 狗屁 / 放屁 / 神经病 / 脑残 / 弱智 / 智障 / 白痴 / 蠢 / 废物 / 垃圾 / 不要脸 / 无耻 / 吸血鬼 / 黑心 / 骗子 / 强盗 / 土匪 / 流氓 / 不得好死 / 断子绝孙 / 全家 / 祖宗 / 有病 / 缺德 / 龟孙 / 孙子 / 去死 / 滚 / 妈的 / 娘的 / 干你 / 机掰 / 靠北 / 扑街 / 仆街 / 冚家铲 / 砍死 / 弄死 / 杀了你 / 打死 / 找人打 / 老子 / 狗 / 猪 / 没人性 / 丧尽天良 / 装什么 / 闭嘴 / 恶心
`

const abuseEnglish = `
	fuck|fucking|fuckers|fucker|fucked|fuckin|fk|fuk|fck|fcking|effing|effin / shit|shits|shitty|bullshit|bs|shithead / asshole|assholes|ass|arse|arsehole|arseholes|dumbass|jackass / bastard|bastards / bitch|bitches / cunt|cunts / twat|twats / dick|dickhead|dickheads|prick|pricks|wanker|wankers|tosser|tossers|knob / idiot|idiots|moron|morons|imbecile|imbeciles|stupid|dumb|retard|retards|fools|fool / scum|scumbag|scumbags|scums / thieves|thief|crook|crooks|liar|liars|robbers|cheats|cheaters|frauds|swindlers|criminals / leech|leeches|parasite|parasites|vultures|bloodsuckers|bloodsucking|sharks|rats|pigs|swine|maggots|vermin / motherfucker|motherfuckers|mofo|mofos|sob / suck|sucks / pathetic|losers|loser|disgusting|worthless|useless|garbage|trash|clowns|lowlife|lowlifes / hell / rot / screw you|off / piss off / get lost / drop dead / shut up|the / stfu|gtfo|fu / up yours / kiss my / bite me / crap / damn / hate you / burn|break … your|down|office|legs / smash|punch|beat|kill you|your|ya / find you / watch your back / bloody
`

const hintPaidChinese = `
	已还 / 已经还 / 还了 / 还过 / 还清了 / 还完 / 还掉 / 付了 / 付过 / 付清 / 付完 / 交了 / 交过 / 缴了 / 缴过 / 缴清 / 转了 / 转过去 / 转账了 / 打过去 / 打了 / 汇了 / 汇过去 / 存了 / 存进去了 / 结清 / 到账 / 扣了 / 扣款成功 / 扣过 / 已付 / 已交 / 已缴 / 已转 / 已打款 / 已汇 / 已存 / 已结清 / 已支付 / 已清 / 还上了 / 还好了 / 查收 / 核实 / 截图 / 转账记录 / 流水
`

const hintPaidEnglish = `
	paid|payed|pd ! if get be ill until when getting not havent didnt / already paid|sent|settled|made|done|cleared|took|taken|gave / have|has|was|been been|made|sent|paid|settled|cleared / payment made|sent|done|completed|posted|cleared / sent it|the|you|payment|money / made the|a|my payment / went through / settled / cleared / transferred / deposited / receipt / confirmation / taken care
`

const hintPromiseChinese = `
	会还 / 会处理 / 会付 / 会交 / 会转 / 一定还 / 一定付 / 肯定还 / 肯定付 / 保证 / 承诺 / 马上还 / 尽快 / 立刻还 / 就还 / 再还 / 去还 / 来还 / 还上 / 还给你 / 还你 / 给你转 / 给你打 / 转给你 / 打给你 / 还款 / 先还 / 发工资 / 工资到 / 发薪 / 出粮 / 等 … 还|付|交 / 会按时 / 之前还 / 前还清 / 还清 / 补上 / 存钱 / 存进去 / 放心
`

const hintPromiseEnglish = `
	i|ill|il will|pay / ill|il pay|send|transfer|settle|clear|do|sort|make|have|get|deposit|catch|bring|take|handle / will|gonna|wil pay|send|transfer|settle|clear|do|sort|make|have|deposit|be|take|handle|catch|bring / going to pay|make|send|settle / can pay|do|send / paying / sending / promise|swear|guarantee|commit / get paid / when i get / payday / pay you / youll|you will|have / expect / you … your money|payment / let me pay / will … paid / by then / as soon as
`

const hintHardshipChinese = `
	没钱 / 没有钱 / 没有收入 / 没收入 / 失业 / 下岗 / 裁员 / 被裁 / 倒闭 / 破产 / 拖欠 / 没发工资 / 没发 / 没工作 / 没有工作 / 找不到工作 / 困难 / 周转 / 手头 / 紧张 / 还不起 / 还不上 / 还不了 / 没能力 / 没有能力 / 无力 / 拿不出 / 亏 / 赔 / 关门 / 关了 / 负债 / 欠了 / 欠太多 / 压力 / 撑不住 / 吃不上 / 吃饭 / 房租 / 房贷 / 学费 / 养家 / 打零工 / 生意 / 疫情 / 受灾 / 穷 / 揭不开锅 / 身无分文 / 一分钱 / 花光 / 收入 / 降薪 / 入不敷出 / 没办法 / 停工 / 停产 / 工地
`

const hintHardshipEnglish = `
	no|any|enough money|income|job|work|funds|cash|savings / didnt afford|pay|make|keep|cover|come / lost|losing my|his|her job|hours|work|income / laid|let off|go / fired|redundant|unemployed|unemployment|jobless|furloughed|skint|broke|penniless / broke / struggling|struggle / hardship / tight / rent|groceries|food|bills|mortgage / out of work / hours cut|got / cut my|hours|pay / pay cut / business / divorce / barely / benefits|welfare|stamps|pension / make ends meet / maxed out / dont have the|any|it|that|enough|money / unable to|at / not able / wages / afford / between jobs / medical bills / savings / debts / keep up / hard times|time / had to / times are
`

const hintPlanChinese = `
	分期 / 延期 / 展期 / 宽限 / 缓 / 协商 / 减免 / 减 / 免 / 少还 / 慢慢还 / 每个月还 / 每月还 / 最低还款 / 停息 / 挂账 / 方案 / 计划 / 打折 / 优惠 / 只还本金 / 先还 / 剩下 / 推迟 / 延后 / 晚几天 / 晚点还 / 晚一 / 再给 / 给我时间 / 给点时间 / 分成 / 分开还 / 分 … 月|期|次 / 改 … 还款日|日期 / 可以吗 / 行吗 / 行不行 / 能不能 / 可不可以 / 可否 / 能否 / 申请 / 摊还 / 通融
`

const hintPlanEnglish = `
	plan|plans / installment|installments|instalment|instalments / arrangement|arrangements|arrange / extension|extend / more time / postpone|defer|deferment|delay|deferral|holiday / lower|reduce|reduction|waive|waiver|remove|freeze|discount|settlement|forgive / settle for / monthly|weekly|biweekly / a|per|every month|week / split|spread / part|half|partial|some of|now|payment / minimum / pay later|monthly / due date / negotiate|refinance|restructure / work something|out / options|programs|program|assistance / skip / can|could|may|would i|we|you pay|get|have|make|do|accept|take|give / instead / would|is it|you ok|okay|possible|accept / break / a bit|little longer|more / i can only / compromise / offer
`

const hintQuestionChinese = `
	怎么 / 如何 / 多少 / 什么 / 啥 / 哪 / 谁 / 几点 / 几号 / 几天 / 为什么 / 为何 / 吗 / 呢 / 是不是 / 有没有 / 请问 / 能不能 / 会不会 / 多久 / 咋
`

const hintQuestionEnglish = `
	how / what|whats|wat|wut / where|wheres / when / who|whos / which / why / is|are|am this|it|you|there|the|i / do|does|did you|i|it|this|my|the / can|could you|i|someone|u / will this|it|you|i / link|website|app|address|hours|statement|receipt|balance|rate / explain / huh
`

const hintCallChinese = `
	打电话 / 给我打 / 打给我 / 回电 / 来电 / 致电 / 电话联系 / 联系我 / 联络我 / 人工 / 客服 / 真人 / 电话说 / 电话沟通 / 电话里 / 通话 / 通个话 / 打过来 / 打我 / 回我 / 回个 / 专人 / 业务员 / 负责人 / 经理 / 工作人员 / 客户经理 / 面谈 / 当面 / 找个人 / 跟我说 / 跟我聊 / 叫人 / 个电话
`

const hintCallEnglish = `
	call|ring|phone|telephone|fone me|back|again|later|my / call|ring … at|after|before|tomorrow|in|on / a call|ring|callback / speak|talk|chat|spoke to|with / human|representative|rep|agent|operator|advisor|adviser|person|someone|somebody|manager|supervisor / real|live person|agent|human / contact me / reach out / get in touch / over|on|by the|phone phone / missed your / callback / phone call / can we talk / discuss
`

const hintAckChinese = `
	好的 / 好滴 / 好嘞 / 好吧 / 收到 / 知道了 / 明白 / 了解 / 谢谢 / 感谢 / 多谢 / 晓得 / 嗯 / 行 / 没问题 / 清楚 / 知悉 / 辛苦 / ok / 懂了 / 记住 / 看到了 / 好哒 / 已阅
`

const hintAckEnglish = `
	ok|okay|okey|k|kk|oki|okie / thanks|thank|thx|ty|tks|cheers|tq / got it / noted / understood|understand / alright / sure / fine|great|perfect|cool|good / yes|yeah|yep|yup|ya|aye / reminder|heads|update|info / appreciate|appreciated / will do / roger|copy / aware / sorry / correct|right / received / see / welcome / no problem|worries
`

const hintIllChinese = `
	生病 / 病 / 医院 / 医生 / 去世 / 抢救 / 残 / 怀孕 / 老人 / 岁 / 崩溃 / 睡不着 / 害怕 / 疯了 / 吃药 / 药 / 检查 / 诊断 / 确诊
`

const hintIllEnglish = `
	sick|ill|illness|disease|hospital|doctor|doctors|nurse|ward|surgery|medication|meds|diagnosed|treatment|therapy|cope|coping|scared|crying|anxiety|panic|alone|homeless|pregnant|elderly|old|age|disability|wheelchair|seizure|epilepsy|diabetes|kidney|liver|lung|tumour|stroke|addiction|alcoholic|abuse|hits|beats / didnt cope / cant take it|this / mental / died
`

const hintStopChinese = `
	退订 / 退 订 / 拒收 / 停 … 短信|信息|消息|发|提醒|推送|通知 / 不要|别|不再|勿|不许|不准|莫|甭 … 发|短信|信息|消息|提醒|通知|打扰|烦|联系|骚扰|催 / 不想|不愿|不愿意|不接受|拒绝|不同意 … 短信|信息|消息|提醒|通知|看到|收到|接收 / 取消|关闭|关掉|停止|停掉|屏蔽|删除|删|移出|移除|撤回|撤销 … 短信|信息|消息|提醒|通知|号码|手机号|名单|同意|授权|推送|群发|联系方式 / 短信|信息|消息|提醒|通知 … 别|停|关|取消|不要|不用 / 轰炸 / 拉黑 / 免打扰 / 消停 / 够了 / 停手 / 停下 / 别吵 / 天天发 / 每天发
`

const hintStopEnglish = `
	stop|quit|cease|end|discontinue|cancel|disable|unsub … text|texts|texting|sending|reminders|notifications|sms|alerts|contact|contacting|calling|communication / unsubscribe|unsub|stop|stopp|stahp|quit / opt|opting out|me / no more|longer … text|texts|reminders|sms|reminder|alerts / no more|longer / dont|never|didnt … text|texts|contact|send|want|sms|reminders|permission|consent / remove|delete|take|block … number|list|me|system|off|cell|phone / turn|switch off … text|texts|notifications|reminders|alerts / revoke|revoking|withdraw|withdrawn|withdrawing … consent|permission / consent|permission … withdrawn|revoked|text / leave me / enough … text|texts|already / permission|consent to text|contact|message|be / no reminders|text|texts|sms / make it|them|these stop / tired|sick of … text|texts / stop
`

// What takes the model's own stop back; the rules have their own way with these.
const vetoStopChinese = `
	不要|别|不会|不能|没|没有|不用|不必|千万别 停|取消|退订|关闭|屏蔽|停止|拒收 / 不|没|没有|不想|不是|取消|误 退订 / 停车 / 停息 / 停催 / 停薪 / 停工 / 停业 / 停电 / 停机 / 停止计息 / 停止扣 / 停卡 / 挂账
	家|妈|爸|父|母|单位|公司|同事|朋友|亲|老婆|老公|孩子|领导 / 晚上|上班|白天|现在|周末|中午|早上|半夜|开会|工作时间|休息|暂时|睡觉|明天 / 订单 / 合同 / 扣款 / 预约 / 分期 / 电话 / 发票 / 发火 / 发愁 / 快递 / 贷款 / 收入 / 吗 / 请|麻烦|可以|帮我|给我|还是|改|就|用 … 短信 … 提醒我|通知我|告诉我|联系我|说|就 / 能不能取消 / 别忘 / 给别人 / 给他人
`

const vetoStopEnglish = `
	dont|never|not|didnt|wont stop|quit|unsubscribe|opt|end|cease|cancel / dont|never|not|didnt … unsubscribe|opt|stop / payment|payments|fee|fees|interest|charging|charge|charges|debit|cheque|check|card|autopay|penalty|loan|account|job|bus|work|working|smoking|subscription|order|reservation|flight|contract / at work|night / bus / when|until|while|if / take it off / to stop|opt|unsubscribe / my mother|boss|family|wife|husband|work|parents / ill|we|he|she|they stop / you|i|we dont|didnt contact|text|send you|u|in|my / you dont|didnt / just|call|calls|instead|rather|prefer … text|texts / text|texts … instead|fine|details|when / send|sending anyone|anybody|someone|somebody|people|him|her|them|bailiffs
	text me ! dont not no never quit stop didnt mustnt again anymore ever
`
