//! Messages of the command line.

crate::words! {
    /// What the commands say.
    pub enum Command {
        Recorded: "已记录为第 {0} 条, 记录头 {1}", "recorded as entry {0}, head {1}";
        LittleRoom: "注意: 数据文件夹只剩 {0} 空间", "note: only {0} of room are left where records are kept";
        KeepFailed: "没填完的内容存不下来: {0}; 断线后要重打", "half-typed text cannot be kept: {0}; after a hang-up it has to be typed again";
        CannotPrint: "标准输出写不进去: {0}", "standard output cannot be written: {0}";
        RecordedUnsaid: "{0} 的第 {1} 条已经记录, 不要重做", "entry {1} of {0} is recorded; do not give it again";
        BeingWritten: "{0}: {1} 正在写入, 以下是目前已有的内容", "{0}: {1} is writing to it; what is shown is what stands there so far";
        Exported: "已导出 {0} 条, 记录头 {1}", "exported {0} entries, head {1}";
        Answered: "第 {0} 条写明了此前末尾的损坏", "entry {0} answers for the damage that stood at the end";
        GiveAgain: "磁盘恢复后, 把同一条命令再给一次, 并加上 --again {0}{1}: 只算一次", "once the disk is well again, give the same command with --again {0}{1}: it counts once";
        BadAgain: "--again `{0}`: 不是记录失败时给出的条目编号", "--again `{0}`: not the id of an entry that could not be recorded";
        BadAgainHint: "32 位小写十六进制, 只用于写入记录的命令", "32 lower-case hexadecimal digits, for commands that record something";
        WhoTakesOver: "交出的正是 `{0}`: 请写明由谁接手", "it was `{0}` who handed over: say who takes over";
        WhoTakesOverHint: "加上 --as 姓名", "add --as NAME";
        ReadAs: "{0} 读作 {1}", "{0} read as {1}";
        NoIncidents: "没有事件", "no incidents";
        NotUnderstood: "说明: {0} 条未被理解 (来自更新的版本); 其字节同样核对过", "note: {0} entries not understood, of a newer version; their bytes were checked all the same";
        TimesGoBack: "说明: 记录时间在第 {0} 条处往回走 (共 {1} 处); 次序以编号为准", "note: recorded times go backwards at entry {0} (in all {1}); order is by number";
        NothingRuns: "没有在走的时钟", "no clock is running";
        IncidentNotFound: "没有事件 `{0}`", "there is no incident `{0}`";
        AlsoMatches: "匹配的有: {0}", "it matches {0}";
        DidYouMean: "是不是 `{0}`?", "did you mean `{0}`?";
        ListThem: "用 jishi status 列出所有事件", "`jishi status` lists them all";
        NotInThisVersion: "`{0}` 在本版本中还没有", "`{0}` is not in this version yet";
        NotInThisVersionHint: "报告稿, 日历与演练随后续版本提供; 现在可用 jishi status, sent, log", "drafts, calendars and exercises come in later versions; status, sent and log work today";
        AtWithWrite: "--at 只用于读取的命令", "--at is for commands that only read";
        AtWithWriteHint: "事情发生的时间用 --happened-at", "say when it happened with --happened-at";
        FactForm: "`{0}` 不是 FACT=VALUE", "`{0}` is not FACT=VALUE";
        FactFormHint: "例: involves_cii=yes pi_persons=120万 site_down=?", "e.g. involves_cii=yes pi_persons=1.2m site_down=?";
        CannotRead: "无法读取 `{0}`: {1}", "cannot read `{0}`: {1}";
        NotFacts: "{0}: 不是事实文件: {1}", "{0}: not a facts file: {1}";
        FactAt: "{0}: {1}", "{0}: {1}";
        UnknownPack: "没有规则包 `{0}`", "there is no pack `{0}`";
        PackHint: "可用: {0}; 也可给出 .ron 文件的路径", "available: {0}; a path to a .ron file is taken too";
        PackPath: "事实文件只能写规则包的编号, 不能写路径: `{0}`", "a facts file names packs by their ids, not by a path: `{0}`";
        PackPathHint: "把规则包放进配置目录的 packs/, 再写它的编号", "put the pack into packs/ in the configuration folder and name its id";
        NotTrusted: "没有采用 `{0}` 里的设置: {1}", "what `{0}` says is not used: {1}";
        OthersOwn: "它属于别的用户 (uid {0})", "it belongs to another user (uid {0})";
        OthersWrite: "同组或其他用户可以改写它 (权限 {0})", "its group or others may write to it (mode {0})";
        NotTrustedHint: "看过内容后把它归自己所有, 并执行 chmod go-w `{0}`", "look at what it says, make it yours, and chmod go-w `{0}`";
        PackBad: "规则包有问题:", "the pack has problems:";
        PackFine: "{0}: 没有问题 ({1}, {2})", "{0}: no problems ({1}, {2})";
        Intact: "完好: {0} 条, 记录头 {1}", "intact: {0} entries, head {1}";
        BytesHold: "字节本身成立 ({0} 条, 记录头 {1}), 但与下列所见不符", "the bytes hold by themselves ({0} entries, head {1}), but not against what is said below";
        HeadMatches: "与给出的记录头一致 (在第 {0} 条)", "the given head is entry {0}'s";
        HeadMissing: "给出的记录头 `{0}` 不在这份记录里", "the given head `{0}` is not in this record";
        HeadMissingHint: "记录可能被截短, 退回或改写; 请保存现状并查明", "the record may have been cut, rolled back or rewritten; keep it as it is and find out";
        HeadShort: "记录头 `{0}` 太短: 至少 16 位十六进制数", "the head `{0}` is too short: give at least 16 hex digits";
        HeadNotHex: "记录头 `{0}` 不是十六进制数", "the head `{0}` is not hexadecimal";
        HeadLong: "记录头 `{0}` 太长: 最多 64 位", "the head `{0}` is too long: a head has 64 digits";
        TailUnknown: "只凭这份文件看不出末尾是否被整行截去; 用 --head 比对抄下的记录头", "a file alone cannot show that whole lines were cut from its end; compare with --head";
        Damaged: "第 {0} 行 (第 {1} 条): {2}", "line {0} (entry {1}): {2}";
        NotVerified: "无法检查 `{0}`: {1}", "could not check `{0}`: {1}";
        GoldenHeld: "{0}: {1} 个判例全部成立", "{0}: all {1} golden cases hold";
        GoldenFailed: "不成立: {0}", "does not hold: {0}";
        ClocksChanged: "时钟的变化:", "what this changed:";
        LateAsk: "这份报告晚于期限; 用 jishi correct {0} {1} --because ... late_because=... 补记原因", "this report is late; add the reason: jishi correct {0} {1} --because ... late_because=...";
        Missing: "无法找到数据目录", "no data folder can be found";
        MissingHint: "用 --home DIR 或环境变量 JISHI_HOME 指定", "name one with --home DIR or JISHI_HOME";
        NoLearnedAt: "还没有 learned_at: 时钟无从起算", "there is no learned_at: no clock can start";
        Disclaimer: "非法律意见; 本程序不代为提交任何报告; 规则包 {0} 版本 {1}, 核对于 {2}", "not legal advice; this program submits nothing; pack {0}, edition {1}, checked {2}";
    }
}
