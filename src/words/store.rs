//! What can go wrong with records on a disk.

crate::words! {
    /// What the store says, and the mends.
    pub enum Store {
        NotFound: "没有事件 `{0}`", "there is no incident `{0}`";
        DidYouMean: "是不是 {0}?", "did you mean {0}?";
        ListThem: "用 jishi status 列出所有事件", "`jishi status` lists the incidents";
        Ambiguous: "`{0}` 对得上 {1}", "`{0}` fits {1}";
        GiveMore: "请把编号写得再全一些", "give more of the id";
        BadName: "`{0}` 不是事件: 名字不是 `2026-0302-a` 的形式", "`{0}` is not an incident: its name is not of the form `2026-0302-a`";
        MoveIt: "把 `{0}` 移出事件的文件夹", "move `{0}` out of the folder of incidents";
        Unfinished: "`{0}` 没有建成: 文件夹里一条也没有", "`{0}` was never finished: its folder holds no entry";
        OpenAnew: "其中没有确认过任何内容; 请重新新建事件, 并删除 `{0}`", "nothing in it was acknowledged; open the incident anew and remove `{0}`";
        Damaged: "`{0}` 的记录损坏, 只读: 从第 {2} 条 (第 {1} 行, 第 {3} 字节) 起, {4}", "the record of `{0}` is damaged from line {1} (entry {2}, byte {3}) on: {4}; it is read-only";
        CopyFirst: "先把 `{0}` 复制到安全的地方", "copy `{0}` to a safe place before anything else";
        ExportIt: "导出全部字节: jishi log export {0} > 文件; 查看到哪里为止成立: jishi log verify {0}", "get all its bytes out: `jishi log export {0} > FILE`; see how far it holds: `jishi log verify {0}`";
        Torn: "`{0}` 的第 {1} 条之后有损坏 (第 {2} 行, 第 {3} 字节): {4}; 之前的都完好, 下一条会写明它", "`{0}` has damage behind entry {1} (line {2}, byte {3}): {4}; nothing before it is touched, and the next entry will answer for it";
        Locked: "{1} 正在写入 `{0}`; 等了 {2} 毫秒, 没有记录任何内容", "`{0}` is being written to by {1}; gave up after {2} ms, nothing was recorded";
        AnotherProcess: "另一个进程", "another process";
        Holder: "`{0}` (进程 {1}, 自 {2})", "`{0}` (process {1}, since {2})";
        TryAgain: "请再试一次", "try again";
        NotRecorded: "未记录: {1} `{0}` 失败: {2}", "NOT RECORDED: {1} of `{0}` failed: {2}";
        MakeRoom: "请腾出磁盘空间, 或用手抄下文字; 先前写入的是安全的", "make room on the disk, or copy the text by hand; what was written before is safe";
        CopyByHand: "请用手抄下文字; 先前写入的是安全的", "copy the text by hand; what was written before is safe";
        GiveAgain: "磁盘恢复后可以再给一次, 只算一次", "once the disk is well again, the same entry can be given again and counts once";
        Unfit: "这一条不能记录: {0}", "the entry cannot be recorded: {0}";
        TooLarge: "`{0}` 有 {1} 字节, 最多读 {2}", "`{0}` has {1} bytes; at most {2} are read";
        Permission: "没有权限{0} `{1}`: {2}; 没有记录任何内容", "no permission to {0} `{1}`: {2}; nothing was recorded";
        CheckOwner: "检查 `{0}` 的属主与权限, 或用 --home DIR 换一处", "check the owner and mode of `{0}`, or choose `--home DIR`";
        NotPlain: "`{0}` 不是普通文件或文件夹; 这里不跟随链接", "`{0}` is not a plain file or folder; links are not followed here";
        PutReal: "请在 `{0}` 处放回真正的文件或文件夹", "put the real file or folder in the place of `{0}`";
        NoRandom: "系统没有给出随机数: {0}", "the system gave no random bytes: {0}";
        Cannot: "不能{0} `{1}`: {2}", "cannot {0} `{1}`: {2}";
        UnknownPack: "没有规则包 `{0}`", "there is no pack `{0}`";
        Possible: "可选: {0}", "possible: {0}";
        PackPinned: "`{0}` 的规则不能用: {1}", "the rules of incident `{0}` cannot be used: {1}";
        PutBackPack: "请把原来的文字放回该事件的 packs 文件夹", "put back the text that stood in the incident's `packs` folder";
        PackUnreadable: "`{0}` 的规则这个版本读不懂: {1}", "the rules of incident `{0}` cannot be read by this version: {1}";
        OpenWithNewer: "请用建立这份记录的那个版本打开; 在此之前可以查看记录, 写备注和交接", "open it with the version of jishi that began the record; until then it can be read, noted in and handed over";
    }
}
