package fault

// What is wrong with a configuration.
const (
	DatabaseURL      Code = "database_url"
	DatabaseUser     Code = "database_user"
	DatabasePassword Code = "database_password"
	PasswordTwice    Code = "password_twice"
	DataDatabase     Code = "data_database"
	KeysInData       Code = "keys_in_data"
	CarrierTwice     Code = "carrier_twice"
	PortfoliosNone   Code = "portfolios_none"
	PortfolioTwice   Code = "portfolio_twice"
	CarrierUnknown   Code = "carrier_unknown"
	RulebooksNone    Code = "rulebooks_none"
	DigestForm       Code = "digest_form"
	ApprovalDay      Code = "approval_day"
	CarrierAddress   Code = "carrier_address"
	PasswordOutside  Code = "password_outside"
	CostForm         Code = "cost_form"
	IdentForm        Code = "ident_form"
	TextMissing      Code = "text_missing"
	TimeZoneForm     Code = "time_zone_form"
	CurrencyCode     Code = "currency_code"
	DurationForm     Code = "duration_form"
	VariableName     Code = "variable_name"
	KeyAWS           Code = "key_aws"
	KeyRegion        Code = "key_region"
	VaultForm        Code = "vault_form"
	VaultPath        Code = "vault_path"
	VaultUser        Code = "vault_user"
	VaultTokenFile   Code = "vault_token_file"
	VaultPlain       Code = "vault_plain"
	VaultKeys        Code = "vault_keys"
	URLReach         Code = "url_reach"
	KeyURI           Code = "key_uri"
	KeptOther        Code = "kept_other"
	KeysetNone       Code = "keyset_none"
	KeysetSeals      Code = "keyset_seals"
	KeyBytes         Code = "key_bytes"
	KeyAnother       Code = "key_another"
	PortalAddress    Code = "portal_address"
	NotHTTPS         Code = "not_https"
	PortalLong       Code = "portal_long"
	PortalValid      Code = "portal_valid"
	QRLong           Code = "qr_long"
	SecureURL        Code = "secure_url"
	LinkForbidden    Code = "link_forbidden"
	ConsoleAddress   Code = "console_address"
	ConfidenceForm   Code = "confidence_form"
	KeyTwice         Code = "key_twice"
	RetentionKind    Code = "retention_kind"
	IssuerForm       Code = "issuer_form"
	SecretOutside    Code = "secret_outside"
	LimitForm        Code = "limit_form"
	PercentShare     Code = "percent_share"
	HookTwice        Code = "hook_twice"
	LoopbackPrivate  Code = "loopback_private"
	EventType        Code = "event_type"
	ListenForm       Code = "listen_form"
	HourForm         Code = "hour_form"
	CollectorURL     Code = "collector_url"
	TraceShare       Code = "trace_share"
	RetentionForm    Code = "retention_form"
	URLForm          Code = "url_form"
	URLPassword      Code = "url_password"
	URLFragment      Code = "url_fragment"
	URLPlain         Code = "url_plain"
)

var configWords = map[Code][2]string{
	DatabaseURL:  {"is not a URL such as postgres://duly@db.example/duly", "不是 URL，例如 postgres://duly@db.example/duly"},
	DatabaseUser: {"names no user, as in postgres://duly@db.example/duly", "没有写用户名，例如 postgres://duly@db.example/duly"},
	DatabasePassword: {
		"holds a password; name a variable with password_env or a file with password_file",
		"含有密码；请用 password_env 指定环境变量，或用 password_file 指定文件",
	},
	PasswordTwice: {"give password_env or password_file, not both", "password_env 与 password_file 只能写一个"},
	DataDatabase: {
		"is a folder for SQLite, and database is PostgreSQL; give one of them",
		"data 是 SQLite 的目录，而 database 是 PostgreSQL；只能写一个",
	},
	KeysInData:     {"is the data folder; whoever takes one of them must not have the other", "与数据目录相同；拿到其中一个的人不得同时拿到另一个"},
	CarrierTwice:   {"there are two carriers {0}", "有两个通道 {0}"},
	PortfoliosNone: {"has to hold one portfolio at least", "至少要有一个资产组合"},
	PortfolioTwice: {"there are two portfolios {0}", "有两个资产组合 {0}"},
	CarrierUnknown: {"no carrier is called {0}", "没有名为 {0} 的通道"},
	RulebooksNone:  {"has to name one rulebook at least; without one nobody is contacted", "至少写一个规则集；没有规则集就不联系任何人"},
	DigestForm: {
		"{0} is not the beginning of a text's digest; duly check says which one an approval has to name",
		"{0} 不是文案摘要的开头；请运行 duly check 查看应写哪一个",
	},
	ApprovalDay:    {"is missing; an approval has a day", "缺失；批准须有日期"},
	CarrierAddress: {"{0} is not an address such as 127.0.0.1:2775", "{0} 不是地址，例如 127.0.0.1:2775"},
	PasswordOutside: {
		"give either password_env or password_file, so that no password stands in this file",
		"password_env 与 password_file 须写其中一个，以免在此文件中出现密码",
	},
	CostForm:     {"{0} is not an amount such as 0.045, with six decimals at most", "{0} 不是金额，例如 0.045（小数最多六位）"},
	IdentForm:    {"{0} is not an id; use small letters, digits, - and _, 32 at most", "{0} 不是有效的 id；只能用小写字母、数字、- 和 _，最多32个"},
	TextMissing:  {"needs a text in zh or en", "zh 与 en 至少写一个"},
	TimeZoneForm: {"{0} is not a time zone such as Asia/Shanghai", "{0} 不是时区，例如 Asia/Shanghai"},
	CurrencyCode: {"currency {0} is not known; use a code such as CNY", "不认识币种 {0}；请写代码，例如 CNY"},
	DurationForm: {"{0} is not a span of time such as 48h or 90m", "{0} 不是时长，例如 48h 或 90m"},
	VariableName: {"{0} is no name of a variable; write env:NAME", "{0} 不是环境变量名；请写 env:NAME"},
	KeysetNone:   {"{0} is no keyset", "{0} 不是密钥文件"},
	KeysetSeals:  {"{0} holds keys that do not seal", "{0} 中的密钥不能用于加密"},
	KeyBytes:     {"{0} holds {1} bytes and not {2}", "{0} 为{1}字节，应为{2}字节"},
	KeyAnother:   {"{0} is another", "{0} 是另一个密钥"},
	KeptOther:    {"it was wrapped by {0}, and the configuration names {1}; duly key wrap wraps it by another", "这个密钥由 {0} 封装，而配置指定的是 {1}；可用 duly key wrap 以另一密钥封装"},
	KeyURI: {
		"this names no key service: write aws-kms://arn:aws:kms:REGION:ACCOUNT:key/ID or vault://HOST/transit/keys/NAME",
		"没有指明密钥服务；请写 aws-kms://arn:aws:kms:REGION:ACCOUNT:key/ID 或 vault://HOST/transit/keys/NAME",
	},
	KeyAWS: {
		"this names no key service of AWS: write aws-kms://arn:aws:kms:REGION:ACCOUNT:key/ID, or aws-kms://alias/NAME",
		"没有指明 AWS 的密钥；请写 aws-kms://arn:aws:kms:REGION:ACCOUNT:key/ID 或 aws-kms://alias/NAME",
	},
	KeyRegion: {
		"this names no key service: no region is known; write the key's whole ARN or set AWS_REGION",
		"没有指明密钥服务：不知道所在区域；请写密钥的完整 ARN，或设置 AWS_REGION",
	},
	VaultForm: {
		"this names no key service of Vault: write vault://HOST:PORT/transit/keys/NAME",
		"没有指明 Vault 的密钥；请写 vault://HOST:PORT/transit/keys/NAME",
	},
	VaultPath: {
		"this names no key service of Vault: the path is MOUNT/keys/NAME, such as transit/keys/duly",
		"没有指明 Vault 的密钥；路径应为 MOUNT/keys/NAME，例如 transit/keys/duly",
	},
	VaultUser: {
		"this names no key service of Vault: it holds a user or a fragment; a token is named by VAULT_TOKEN or token_file",
		"没有指明 Vault 的密钥：其中含有用户名或 # 之后的部分；令牌由 VAULT_TOKEN 或 token_file 指定",
	},
	VaultTokenFile: {
		"this names no key service of Vault: token_file is a whole path",
		"没有指明 Vault 的密钥：token_file 须为绝对路径",
	},
	VaultPlain: {
		"this names no key service of Vault: plain is for an address of this machine, such as 127.0.0.1; the keys would cross the network in clear",
		"没有指明 Vault 的密钥：plain 只能用于本机地址，例如 127.0.0.1；否则密钥会以明文经过网络",
	},
	VaultKeys: {
		"this names no key service of Vault: it holds something beside token_file and plain",
		"没有指明 Vault 的密钥：其中有 token_file 和 plain 以外的内容",
	},
	URLReach:      {"the address is not one that may be written to: {0}", "不允许向该地址发送：{0}"},
	PortalAddress: {"{0} is not an address such as https://my.bank.example", "{0} 不是地址，例如 https://my.bank.example"},
	NotHTTPS:      {"{0} is not https; only on this machine itself may it be http", "{0} 不是 https；只有在本机上才可以用 http"},
	PortalLong:    {"{0} has more than {1} characters, for which texts keep room", "{0} 超过{1}个字符，文案中没有为更长的地址留位置"},
	PortalValid:   {"is longer than 90 days; a message of that age opens nothing any more", "超过90天；那么久以前的信息不应再能打开页面"},
	QRLong:        {"is longer than the 300 characters that a phone reads well", "超过300个字符，手机难以识读"},
	SecureURL:     {"{0} is not an address that begins with https://", "{0} 不是以 https:// 开头的地址"},
	LinkForbidden: {
		"operators in China forbid a link inside a variable, and portfolio {0} stands under the rulebook cn; leave it false and write {portal.code}",
		"国内运营商禁止在变量中放链接，而资产组合 {0} 适用规则集 cn；请保留 false，并写 {portal.code}",
	},
	ConsoleAddress: {"{0} is not an address such as https://duly.bank.internal", "{0} 不是地址，例如 https://duly.bank.internal"},
	ConfidenceForm: {"{0} is not a confidence such as 0.6", "{0} 不是置信度，例如 0.6"},
	KeyTwice:       {"give key_env or key_file, not both", "key_env 与 key_file 只能写一个"},
	RetentionKind:  {"{0} is not a span such as 7y or 36mo; leave the kind out to keep it for ever", "{0} 不是期限，例如 7y 或 36mo；要永久保留，请不写该类"},
	IssuerForm: {
		"{0} is not an address such as https://login.bank.example/realms/staff",
		"{0} 不是地址，例如 https://login.bank.example/realms/staff",
	},
	SecretOutside: {
		"give either secret_env or secret_file, so that no secret stands in this file",
		"secret_env 与 secret_file 须写其中一个，以免在此文件中出现密钥",
	},
	LimitForm:    {"{0} is not an amount such as 20000.00", "{0} 不是金额，例如 20000.00"},
	PercentShare: {"{0} is not a share in per cent from 0 to 100", "{0} 不是0到100之间的百分比"},
	HookTwice:    {"there are two hooks {0}", "有两个推送 {0}"},
	LoopbackPrivate: {
		"is this machine itself, and private is the lender's network; give one of them",
		"loopback 指本机，而 private 指机构内网；只能写一个",
	},
	EventType: {
		"{0} is no type of event; docs/formats/events.md lists them, and * stands for any piece, as in promise.*",
		"没有事件类型 {0}；类型见 docs/formats/events.md，* 代表任意一段，例如 promise.*",
	},
	ListenForm: {"{0} is not an address to listen at, such as 127.0.0.1:8080", "{0} 不是监听地址，例如 127.0.0.1:8080"},
	HourForm:   {"{0} is not an hour such as 06:00", "{0} 不是时刻，例如 06:00"},
	CollectorURL: {
		"is not the URL of a collector such as http://127.0.0.1:4318/v1/traces",
		"不是采集端的 URL，例如 http://127.0.0.1:4318/v1/traces",
	},
	TraceShare:    {"is not a share of the messages such as 0.01", "不是信息的比例，例如 0.01"},
	RetentionForm: {"{0} is neither never, rulebooks nor a span such as 7y or 36mo", "{0} 不是 never、rulebooks 或期限（例如 7y 或 36mo）"},
	URLForm:       {"it is not an address such as https://core.bank.example/duly", "不是地址，例如 https://core.bank.example/duly"},
	URLPassword:   {"it holds a user or password; the signature is what proves who sends", "含有用户名或密码；发送方的身份由签名证明"},
	URLFragment:   {"it has a fragment, which is never sent", "含有 # 之后的部分，该部分不会发送"},
	URLPlain: {
		"it is not https; only with loopback: true, to this machine itself, may it be http",
		"不是 https；只有写了 loopback: true 且发往本机时才可以用 http",
	},
}
