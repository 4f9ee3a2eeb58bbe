package receive

// phraseTables hold the words that decide, by kind. English words stand as appendWord spells them: "cannot" is "didnt",
// "isnt" too, and "do not" is "dont".
var phraseTables = [phraseKinds][]string{
	deceasedAt:       {deathChinese, deathEnglish},
	dangerAt:         {dangerChinese, dangerEnglish},
	wrongAt:          {wrongChinese, wrongEnglish},
	representationAt: {lawyerChinese, lawyerEnglish},
	vulnerableAt:     {illChinese, illEnglish},
	complaintAt:      {complaintChinese, complaintEnglish},
	disputeAt:        {disputeChinese, disputeEnglish},
	abuseHint:        {abuseChinese, abuseEnglish},
	paidHint:         {hintPaidChinese, hintPaidEnglish},
	promiseHint:      {hintPromiseChinese, hintPromiseEnglish},
	hardshipHint:     {hintHardshipChinese, hintHardshipEnglish},
	planHint:         {hintPlanChinese, hintPlanEnglish},
	questionHint:     {hintQuestionChinese, hintQuestionEnglish},
	callHint:         {hintCallChinese, hintCallEnglish},
	ackHint:          {hintAckChinese, hintAckEnglish},
	illHint:          {hintIllChinese, hintIllEnglish},
	stopHint:         {hintStopChinese, hintStopEnglish},
	stopVeto:         {vetoStopChinese, vetoStopEnglish},
}

const deathChinese = `
	去世 / 过世 / 逝世 / 离世 / 病逝 / 病故 / 身故 / 亡故 / 身亡 / 已故 / 仙逝 / 猝死 / 往生 / 不在人世 / 不在世 / 离开人世 / 离开人间 / 入土 / 火化 / 下葬 / 葬礼 ! 电影 小说 电视剧 会去世 要去世
	死亡 ! 死亡谷 死亡率 脑死亡 社会性死亡 电影
	人 已经|都|早 没|不在 了 / 人 没|不在|走 了 ! 没了工作 走了之 办公室 公司
	他|她|爸|妈|父|母|爷|奶|公|婆|夫|妻|爱人|对象|哥|弟|姐|妹|儿子|女儿|机主|本人|借款人|欠款人 … 不在 了 ! 公司 单位 这里 家里 号码 手机 工作 岗位 这个号 电话 不在了这
	她|他|爸|妈|父亲|母亲|爷爷|奶奶|老公|老婆|老伴|爱人|丈夫|妻子|我哥|我弟|我姐|儿子|女儿|老人 走 了 ! 走了吗 走了之 手续 走了弯路 出走 带走 搬走 钱 下班
	她|他|爸|妈|父亲|母亲|爷爷|奶奶|老公|老婆|老伴|爱人|丈夫|妻子|我哥|我弟|我姐|儿子|老人 … 已经|月|天|年|期|刚|车祸|癌|病 走 了 ! 走了吗 走了之 手续 出走 带走 搬走 钱
	他|她|爸|妈|父亲|母亲|爷爷|奶奶|老公|老婆|老伴|爱人|丈夫|妻子|儿子|机主|借款人|欠款人|客户|人 已经|早|早就|都|刚|上个月|去年 死 了 / 他|她|机主|借款人|欠款人|客户|本人|人|车祸|我爸|我妈|我哥|老公|老婆 死 了 ! 死了算 死了心 机死 逼死 电影 小说 累死 气死 烦死 书里 游戏 饿死 吓死 急死
	人 死 了 / 死 人 怎么 / 人 埋 了 / 他|她 已经 埋 了 / 死亡 证明 / 后事 / 奔丧 ! 逼死人 电影
	头七 / 遗产 继承 / 户口 … 注销 … 死 / 抢救 无效 / 永远 离开 了
`

const deathEnglish = `
	passed|pass|passing away / passed on ! movie message
	deceased / widow / widower / deceaseds
	he|she|husband|wife|father|mother|dad|mom|mum|mam|brother|sister|son|daughter|grandma|grandpa|grandmother|grandfather|borrower|customer|holder|owner|partner|uncle|aunt|parent|man|hes|shes|lady|client|cousin|mama|papa|nan died|dead ! movie film battery phone game show book car episode drop
	he|she|father|mother|dad|mom|mum|husband|wife|brother|sister|son|daughter|john|holder|borrower|customer … is|has|was|just|already|recently dead|died|passed ! test exam movie film phone battery bill law show
	hes|shes dead / hes|shes passed / hes gone he died / no longer with us / no longer alive|living ! movie film
	dad|mom|mum|husband|wife|father|mother|grandma|brother passed / he|she passed / he|she has passed ! test exam it on the
	we|i lost dad|mom|mum|him|her|father|mother|husband|brother ! number phone job
	my late husband|wife|father|mother|dad|mom|mum|brother|sister|son|daughter|grandmother / late husbands|wifes|brothers|fathers|mothers
	his|her|their|the funeral / executor / executrix / probate / his|her estate / the estate of / death certificate / dead man|person|woman / buried him|her|them / rest in peace / killed in a|an ! movie
	he|she committed suicide / took his|her own life / battle with cancer / didnt survive
`

const dangerChinese = `
	不想活 / 活不下去 / 自杀 / 轻生 / 割腕 / 寻死 / 寻短见 / 一死了之 / 了结自己 / 了断 / 结束生命 / 结束自己 / 遗书 / 上吊 / 跳河 / 跳江 / 跳桥 / 喝农药 / 烧炭 / 活够了 / 活腻了 / 不如死了 / 死了算了 / 死路一条 / 生无可恋 / 厌世 / 自尽 / 自残 / 活着 … 没意思|没有意思|没意义|没有意义|没劲 / 活着太累 / 不想再活 / 不想活着 / 死给你 / 死了干净 / 没有活路 / 没活路 / 没法活 / 活不成 ! 烧烤
	跳楼 ! 跳楼价 大甩卖 跳楼机 促销 甩卖
	一了百了 / 安眠药 / 去死算 / 我 … 去死 / 想去死 / 就去死 / 死在你们 / 我死了 / 死了就 ! 你去死 你们去死
	逼死 / 逼 … 死 / 想死 / 死了才 / 我要死 / 站在桥上 / 站在楼顶 / 站在天台 / 楼上跳 / 楼顶 … 跳 ! 想死你 笑死 想死你们
	以死 / 同归于尽 / 自我了断 / 想不开 ! 想不开心
`

const dangerEnglish = `
	kill|killing|hurt|hurting|harm|harming|hang|hanging|shoot|cut|cutting myself ! laughing
	suicide / suicidal / unalive / self harm ! squad movie song film committed
	end|ending|take|taking|took my|own own|life|it … life|all / end it all / end my life / ending my life / end things for good ! account
	want|wanna|wanted|ready|going|rather to|be die|dead / wanna die / just want to die / rather be dead / better off dead / wish i was|were dead / if i were dead|gone / if i was dead|gone ! battery laughing
	dont|didnt want to live|exist|wake|be … anymore|longer|alive|more|up|here / dont want to live / dont want to be alive / dont wanna live|be ! movie house
	no reason to live|go / nothing to live for / not worth living / life isnt|didnt worth living / life … worth living / didnt worth living / didnt go on living / didnt go on|anymore ! ! !
	overdose / overdosed / load of pills / bottle of pills / took … pills / jump|jumping off|from|in … bridge|building|roof|train|window / jumping off / slit my / goodbye world / last goodbye / push me to suicide
`

const wrongChinese = `
	打错 / 发错 / 找错 / 搞错 人|了人|对象|号 / 弄错 人|了人|号 / 认错 人 / 搞错 … 人 / 弄错 … 人 / 联系错 / 错人 ! 打错字 字打错 发错货 发错了金额 金额 账号 转错 数 日期 还错
	不是 本人|机主 / 非 本人|机主 / 查无此人 / 没有 此|这个|这 人 / 没 这个|这 人 / 并非 你|您 ! 不是本人借 不是本人操作 不是本人签 非本人操作 不是本人办 非本人签 不是本人用 不是本人消费 非本人消费 非本人办
	我 姓 … 不姓 / 不 姓 ! 不姓社
	不 认识|认得 他|她|这个人|此人|这人|这位|你说|你们说|那个人|该|什么|叫 / 根本 不 认识 ! 不认识字
	机主 … 换 / 换 人 了 / 易主 / 新 办|买|换|开|申请 … 号 / 号 是|我 … 新|刚 办|买|用|换|开 / 号码 … 换人 ! 我换 换了新号码 我的新 还款 账号
	没有|没 叫 … 人|的 / 没有 … 这个人 / 我 不 叫 / 我 不 姓 / 我 姓 … 不 姓 / 不是 我 … 号 … 是|别 ! 借
	不是 他|她|他们|先生|小姐|女士 的 号|电话|手机 / 这 不是|不系 … 手机|电话|号码|号 / 号 不是 他|她|这 ! 账号 卡号 订单 骗
	他|她|早就|早 … 不用 这|此 … 号|电话|手机 / 前|上一个|原来 的|个 机主|号主 / 以前 … 机主|主人|号主 / 不是 你|您|你们 要找|找|说 / 我 不是 你|您|你们 … 人|客户
`

const wrongEnglish = `
	wrong number|person|guy|man|lady|woman|phone|contact|party|house|no|num|nbr|dude|people|one|cell|recipient|individual|nr ! amount
	wrong … number|person|phone ! account routing card reference amount
	not|didnt the person|right|one … looking|trying|think|seeking|want|person / not the right person / no one|body|person by|called|named / nobody by|called|named / nobody here / there is no|nobody … here|number|name / no such person|name|man
	dont know this|that|any|anyone|anybody person|man|guy|woman|lady|called|named|by|with / dont know who that|he|she|this is ! company
	never heard of / mistaken identity / confused with / mixed up with / meant for|to someone|somebody|another / for someone|somebody|another else|person|people ! company bank
	didnt his|her|their phone|number|cell|contact|mobile / not his|her|their number|phone|cell / this didnt|not … number|phone / doesnt use / no longer uses|has|owns|use … number|phone
	didnt have|use this phone|number / changed his|her number / number … used to|belonged belong|be / used to belong / number … reassigned / got|have this … number|phone|sim … ago|week|month|yesterday|new|recently|just ! link
	just got … number|phone|sim / got a new number / previous owner / old owner / new number not / brother|sister|ex|his|her|fathers|dads|moms|sons old number / im not your customer / not the account holder / im not this|that person|borrower|guy|man
	not me sorry|you|mate|bro / sorry not me / msg|text|message … isnt|didnt|not for me / belongs to me now / not for me / who is … not me / had this number
	not me wrong / have|got|reached the wrong / texting the wrong / not who you ! loan amount account
`

const lawyerChinese = `
	律师 ! 律师楼下 律师费 事务所楼下 发律师函吗 律师函是真 发律师函给我干 是律师吗 律师证 会发律师
	代理人 / 代理律师 / 法律顾问 / 监护人 / 委托书 / 授权书 / 律所 / 法律援助 / 法援 / 受托人 / 债务清理 / 委托 … 协商|处理|谈|代理 ! 监护人签字吗
	申请 … 破产 / 个人破产 / 破产 清算|管理|申请|程序|案|裁定 / 宣告破产 / 裁定破产 / 债务重整 ! 公司破产 厂破产 单位破产 要破产 快破产 老板
	我|本人 代表|代理 … 当事人|他|她|客户|我妈|我爸
`

const lawyerEnglish = `
	my|an|our|his|her|a|the lawyer|attorney|solicitor|barrister|lawyers|solicitors|counsel|attorneys ! general need should afford
	attorney for / lawyer for / legal representation|counsel|representative|team|guardian|aid / retained counsel|lawyer / represented by / we|firm represent|represents / got counsel / by counsel
	power of attorney / poa / bankruptcy / bankrupt / chapter 7|11|13|seven|thirteen / insolvency / iva / debt relief order / trust deed / court appointed ! avoid
	legal guardian / guardian of|for / conservator / my trustee / stepchange / citizens advice / debt|credit counsellor|counselor|counseling|counselling|adviser|advisor / debt management|settlement company|plan|agency|charity|firm / on behalf of|my / authorised|authorized representative|rep ! offer
	attorney said|says|told|will / lawyer said|says|told|will / through|with|to my lawyer|attorney|solicitor ! need
`

const illChinese = `
	癌 / 肿瘤 / 白血病 / 尿毒症 / 化疗 / 放疗 / 透析 / 重症 / 抑郁 / 焦虑症 / 精神病 / 精神分裂 / 精神崩溃 / 精神出 / 精神 … 问题 / 残疾 / 残废 / 低保 / 家暴 / 未成年 / 痴呆 / 瘫痪 / 中风 / 脑梗 / 脑出血 / 流产 / 孤儿 / 失明 / 心梗 / 绝症 / 躁郁 / 双相 / 临终 / 病危 / 植物人 ! 上班 同事 歌词
	住院 / 住 院 / 手术 / 开刀 / icu / 重病 / 得了 … 病 / 急救 / 抢救 ! 上班 手术室护士 陪床
	腿断|骨折|截肢|瘫 / 出车祸 … 医院|断|伤 / 我 才|今年|只有|还是 … 十六|十七|十五|十四|16|17|15|14|13 岁 / 我 … 是 … 初中生|高中生|小学生 / 眼睛 看不见 / 听力 / 八十|七十|九十 … 岁 / 办丧事 / 丧事 / 老公 打我 / 他 打我 / 被打 … 不敢 ! 打我电话
`

const illEnglish = `
	cancer / chemo / chemotherapy / dialysis / terminally / terminal / dementia / alzheimers / alzheimer / bipolar / ptsd / schizophrenia / schizophrenic / depression / depressed / psychiatric / sectioned / autism / autistic / disabled / paralyzed / paralysed / blind / deaf / hospice / tumor / tumour / leukemia / miscarriage ! airport hope date
	in|to hospital / in the|a hospital|icu|ward|shelter / intensive care / had|have|having|after|recovering a|heart|brain|my|from … stroke|attack|surgery|operation / had surgery / heart attack / a stroke / mental health / panic attack|attacks / learning disability|difficulties / breakdown ! work nurse near car truck vehicle
	im|am a minor / im|am only 12|13|14|15|16|17 / im|am 12|13|14|15|16|17 years|yo|yrs / under 18 / under eighteen / im homeless / i am homeless / abusive relationship|husband|partner / domestic violence|abuse / beats|hits me / womens shelter / raped / gambling addiction|addict / in rehab
	my son|daughter|baby|wife|husband|mum|mom|dad died|dying / im dying / lost my baby ! laughing
`

const complaintChinese = `
	投诉 / 举报 / 检举 / 12378 / 12315 / 12363 / 银保监 / 银监会 / 金融监管 / 监管局 / 金管会 / 信访 / 上访 / 黑猫 / 消协 / 消费者协会 / 消保 / 报警 / 曝光 / 暴力催收 / 违规催收 / 非法催收 / 爆通讯录 ! 不投诉 没投诉 不会投诉 不想投诉 别投诉 撤销投诉 被举报 曝光度
	监管部门 / 监管机构 / 道歉 / 骂人 / 骂我 / 威胁我 / 录音 了|证据|取证 / 侵犯 … 隐私 / 泄露 … 隐私|信息 / 追究 … 责任 / 保留追究 / 起诉你 / 告你 / 恐吓 / 骚扰我 … 家人|父母|朋友|单位 / 态度 … 差|恶劣 / 服务 … 差|恶劣 / 非常不满 / 不满意 ! 会议
`

const complaintEnglish = `
	complaint / complaints / complain / complaining / complained / ombudsman / cfpb / ftc / bbb / fdcpa / gdpr / fca / attorney general / trading standards / better business bureau / data protection ! hotel room restaurant waiter
	reporting|report|reported you|this|your|them|it to|for|… the|harassment|authorities|police|regulator|regulators / i will|ill report you|this|them / im|am reporting you ! weather card lost
	this is harassment / is harassment / harassing me|my|us / see you in court / sue|suing you|your / breach|breached|violated|violation|violates … privacy|law|rights|act / against the law / youre|you|are breaking the law / its|is illegal to|you|what
	rude|abusive|aggressive|unprofessional / shouted|yelled|swore|screamed at me / unacceptable|disgraceful|appalling / apology|apologise|apologize / terrible|awful|worst|horrible … service|treatment|company / unfair treatment / keeping|kept a log|record / unhappy|dissatisfied with / not satisfied|happy with / badly treated / treated … badly|unfairly
	you told my|the boss|work|family|mother|mum|mom|coworkers|employer|husband|wife|neighbour|neighbor / calling my boss|work|neighbour|neighbor|family|mother / threatened me ! nothing
`

const disputeChinese = `
	不是我 借|贷|欠|消费|刷|办|签|用 / 不是 我 的 … 欠款|贷款|债|账|钱 / 没 借|贷 过 / 没有 借|贷 过 / 没有 借 你|钱 / 没有 … 贷款 / 从未|从没|从来没 借|贷|办|欠 / 没 办 过 / 不 欠 / 没 欠 / 没有 欠 / 不欠 ! 吗 没办过户 没有办法
	凭什么 … 还|收|交|付 / 哪里 欠 / 谁 欠 / 没 签 过 / 没有 签|申请|办理 过 / 扣 重 / 扣了 我? / 多算 / 少算 / 拿出 … 证据|证明|合同 / 记录 … 不一样|不一致 / 对不上 / 搞错 金额 / 用我的 … 名字|身份|信息 / 骗 … 贷款|去贷|贷的款 / 被贷
	盗刷 / 冒用 / 被盗用 / 身份证 … 丢|偷|冒 / 异议 / 争议 / 不承认 / 不认可 / 我不认 / 这账 … 不服 / 金额|账单|利息|账|帐|钱|利率|违约金|费用 … 不对|有误|有问题|错了|不符|算错 / 算错 / 砍头息 / 多扣 / 重复收|重复扣 / 诉讼时效 / 出示 … 合同|证据|证明 / 没有 逾期 / 没逾期 / 不存在逾期 ! 会不会 吗
`

const disputeEnglish = `
	dispute / disputing / disputed / identity theft / stole my identity / fraudulent / double charged / overcharged / statute of limitations / time barred ! cab
	dont owe / never owed / do not owe / didnt owe / not my debt|loan|account / didnt my debt|loan / debt|loan|charge|charges … not|didnt mine / never borrowed|took|signed|applied|opened|had ! off until
	didnt take … loan|out / didnt borrow / didnt sign / didnt open / validate this|the|that debt / proof … debt|owe / prove … owe|debt|borrowed ! link app
	dont recognize|recognise this|the|that debt|account|charge|loan / amount|balance|bill|total|figure|figures|records|calculation is|are|isnt|didnt wrong|incorrect|right|mistaken / wrong amount / add up ! ?
	error|mistake|errors|mistakes … bill|account|statement|records|loan|balance / bogus|false|fake … bill|debt|claim|charge / forged my|the / in my name / using my details|name|identity|information / never … agreed|authorised|authorized / didnt credit|credited|apply / too old to collect / not valid|legitimate / no loan|debt with you / i owe nothing|0|zero / owe you nothing / nothing due|owed|owing / contest|challenge|challenged this|the / reject this
	charged|billed … twice / never|didnt … receive|received|ordered … goods|product|item|service
`
