//! What is said about remembered heads, signed checkpoints, time-stamps and the append-only attribute.

crate::words! {
    /// What witnesses of a record say.
    pub enum Witness {
        Cut: "`{0}` 的记录曾有 {1} 条, 记录头 {2}, 现在只有 {3} 条: 末尾被截去, 或被换成了旧副本", "the record of `{0}` had {1} entries with head {2} and has {3} now: its end was cut off, or an older copy was put back";
        Rewritten: "`{0}` 的记录被改写: 有 {1} 条时的记录头曾是 {2}, 现在是 {3}", "the record of `{0}` was rewritten: after {1} entries its head was {2} and is {3} now";
        Replaced: "`{0}` 处已是另一份记录: 原来那份有 {1} 条, 记录头 {2}", "another record stands in the place of `{0}`: the one that was there had {1} entries with head {2}";
        NewestDamaged: "`{0}` 的第 {1} 条曾经完好, 现在损坏了; 下一次写入以 recovered 条目写明", "entry {1} of `{0}` was whole once and is damaged now; the next entry answers for it as recovered";
        Gone: "`{0}` 的记录不见了: 它曾有 {1} 条, 记录头 {2}", "the record of `{0}` is gone: it had {1} entries with head {2}";
        GoneUnread: "`{0}` 的记录不见了; 它的记录头曾被记住, 但记住的内容读不出来", "the record of `{0}` is gone; its head was remembered, but what is remembered cannot be read";
        GoneHint: "请从副本恢复, 并查明是谁移走的; 其中可能有在走的时限", "put it back from a copy, and find out who took it away; a deadline may run in it";
        ForgetHint: "若是有意移走的: 删除 {0}", "if it was moved away on purpose: remove {0}";
        NothingRecorded: "{0}; 没有记录任何内容", "{0}; nothing was recorded";
        KeepAndFindOut: "请原样保存一份副本, 并查明是谁改动的", "keep a copy of it as it is, and find out who changed it";
        AcceptHint: "若要就此继续: jishi log accept {0} --because 原因", "to go on with it as it is: jishi log accept {0} --because WHY";
        RememberedHead: "本机记住的记录头 ({0} 条时): {1}", "remembered head (after {0} entries): {1}";
        NotRemembered: "记录头没有被记住: `{0}`: {1}; 截尾与退回旧副本将不会被发现", "heads are not remembered: `{0}`: {1}; a cut tail or an older copy will not be noticed";
        TroubleNotPlain: "不是普通文件或文件夹", "not a plain file or folder";
        TroubleForeign: "属于别的用户, 不予采信", "it belongs to another user and is not trusted";
        TroubleGarbled: "是空的, 或不是先前写下的内容", "it is empty, or not what was written there";
        TroubleLocked: "另一个程序占着它的锁", "another program holds its lock";
        TroubleHint: "核对记录无误后可重新记住它: jishi log accept 编号 --because 原因", "once the record is known to be right, have it remembered anew: jishi log accept ID --because WHY";
        AcceptedNote: "接受现状: 现有 {0} 条, 记录头 {1}; 原因: {2}", "accepted as it is: {0} entries, head {1}; reason: {2}";
        AcceptedNoteWas: "接受现状: 现有 {0} 条, 记录头 {1}, 而曾记住 {3} 条, 记录头 {4}; 原因: {2}", "accepted as it is: {0} entries, head {1}, where {3} entries with head {4} were remembered; reason: {2}";
        Accepted: "已接受, 记为第 {0} 条; 现记住记录头 {1}", "accepted as entry {0}; the head {1} is remembered now";

        Signed: "已签名: {0} ({1})", "signed: {0} ({1})";
        CannotSign: "没有签名: {0}", "not signed: {0}";
        CannotSignExport: "导出前没有签名: {0}", "no checkpoint was signed before this export: {0}";
        NotSignedExport: "没有签检查点: 没有指定密钥; 用 jishi log export {0} --key FILE (或 --agent 指纹|注释), 或在 config.ron 里写 sign_key", "no checkpoint was signed, for no key is set: give `jishi log export {0} --key FILE` (or --agent FINGERPRINT|COMMENT), or set sign_key in config.ron";
        NotSignedNoKey: "没有签检查点: config.ron 里没有 sign_key 或 sign_agent", "no checkpoint was signed: config.ron sets no sign_key or sign_agent";
        NotSignedUnsound: "没有签检查点: 记录有损或与记住的不符, 不予签名", "no checkpoint was signed: it is damaged or not as it was remembered";
        NoKeySet: "在 config.ron 里写 sign_key (密钥文件) 或 sign_agent (指纹|注释), 再重新打开", "set sign_key (a key file) or sign_agent (FINGERPRINT|COMMENT) in config.ron and open jishi anew";
        ExportedTo: "已导出到 {0}: {1} 条, 记录头 {2}", "exported to {0}: {1} entries, head {2}";
        AllExportedTo: "全部 {1} 字节已原样导出到 {0}", "all {1} bytes were exported to {0} as they are";
        HoldsUpTo: "记录从第 {0} 行 (第 {1} 条) 起有损: {2}; 之前的 {3} 条成立, 记录头 {4}", "the record is damaged from line {0} (entry {1}) on: {2}; the {3} entries before it hold, with head {4}";
        AllExported: "全部 {0} 字节已原样导出", "all {0} bytes were exported as they are";
        OnlyWhatHolds: "只列出成立的条目", "only the entries that hold are shown";
        NoKey: "没有指定签名密钥", "no key to sign with";
        NoKeyHint: "用 --key FILE, 或 --agent 指纹|注释, 或在 config.ron 里写 sign_key / sign_agent", "give --key FILE or --agent FINGERPRINT|COMMENT, or set sign_key or sign_agent in config.ron";
        NoRecordId: "这份记录的第一条未被理解, 没有记录编号可签", "the first entry is not understood, so there is no record id to sign";
        DamagedNotSigned: "记录有损, 不予签名: {0}", "a damaged record is not signed: {0}";

        QueryWritten: "已写出时间戳请求 {0} (对象: {1})", "time-stamp query written to {0} (about {1})";
        FileThere: "`{0}` 已存在, 没有覆盖", "`{0}` exists and was not overwritten";
        FileThereHint: "请换一个文件名", "give another name";
        CannotWrite: "不能写入 `{0}`: {1}", "cannot write `{0}`: {1}";
        SendQuery: "送往时间戳机构, 例: curl -H 'Content-Type: application/timestamp-query' --data-binary @{0} URL -o reply.tsr; 然后 jishi log timestamp {1} --reply reply.tsr", "take it to an authority, e.g. curl -H 'Content-Type: application/timestamp-query' --data-binary @{0} URL -o reply.tsr; then jishi log timestamp {1} --reply reply.tsr";
        ReplyKept: "时间戳已存为 {0}; 机构写明的时间 {1}", "time-stamp kept as {0}; the authority's time is {1}";
        CheckStamp: "它的签名请这样核对: openssl ts -verify -data {0} -in {1} -CAfile CA.pem", "check its signature with: openssl ts -verify -data {0} -in {1} -CAfile CA.pem";
        BadReply: "`{0}` 不能作为时间戳: {1}", "`{0}` is not kept as a time-stamp: {1}";
        ReplyForNothing: "`{0}` 不是这起事件任何检查点的时间戳: 它的摘要是 {1}", "`{0}` is about none of this incident's checkpoints: its digest is {1}";
        ReplyNonce: "`{0}` 不是对所发请求的答复: 随机数不同", "`{0}` does not answer the query that was written: another nonce";
        ReplyNoNonce: "`{0}` 不是对所发请求的答复: 其中没有随机数", "`{0}` does not answer the query that was written: it has no nonce";
        RequestOrReply: "请给出 --request FILE 或 --reply FILE", "give --request FILE or --reply FILE";

        HardenSet: "{0} 现在只能追加 (chattr +a)", "{0} is append-only now (chattr +a)";
        HardenAlready: "{0} 本来就只能追加", "{0} was append-only before";
        HardenNotPermitted: "不允许设置只追加属性: 需要 root (CAP_LINUX_IMMUTABLE)", "setting the append-only attribute is not permitted: it takes root (CAP_LINUX_IMMUTABLE)";
        HardenNotPermittedHint: "请管理员运行: chattr +a {0}", "ask an administrator to run: chattr +a {0}";
        HardenNotSupported: "{0} 所在的文件系统没有只追加属性", "the file system of {0} has no append-only attribute";
        HardenFailed: "无法设置只追加属性: {0}: {1}", "cannot set the append-only attribute of {0}: {1}";
        AppendOnly: "只追加属性 (chattr +a): 已设", "append-only attribute (chattr +a): set";

        MeasuresAre: "对这份记录起作用的措施:", "measures in force for this record:";
        MeasureChain: "  摘要与链: 是 (发现修改, 调换, 插入, 缺失)", "  digests and chain: yes (edits, reordering, insertions and gaps are found)";
        MeasureHeadYes: "  本机记住的记录头: 是 ({0} 条)", "  remembered head: yes ({0} entries)";
        MeasureHeadAhead: "  本机记住的记录头: 这份副本止于它之前 ({0} 条, 记住的是 {1} 条); 没有可比对的", "  remembered head: this copy ends before it ({0} entries, {1} are remembered); nothing could be compared";
        MeasureHeadNo: "  本机记住的记录头: 无", "  remembered head: no";
        MeasureHeadWrong: "  本机记住的记录头: 不符", "  remembered head: does not hold";
        MeasureWrittenYes: "  抄下的记录头: 相符", "  head written down: holds";
        MeasureWrittenNo: "  抄下的记录头: 未给出 (--head)", "  head written down: none given (--head)";
        MeasureWrittenWrong: "  抄下的记录头: 不符", "  head written down: does not hold";
        MeasureSigned: "  签名的检查点: {0} 个有效, 最新的涵盖 {1} 条 (共 {2} 条)", "  signed checkpoints: {0} valid, the newest reaches {1} of {2} entries";
        MeasureSignedUnchecked: "  签名的检查点: {0} 个, 未核对签名人 (--signers)", "  signed checkpoints: {0}, signers not checked (--signers)";
        MeasureSignedNone: "  签名的检查点: 无", "  signed checkpoints: none";
        MeasureSignedBad: "  签名的检查点: {0} 个有效, {1} 个有问题", "  signed checkpoints: {0} valid, {1} with a problem";
        MeasureStamps: "  时间戳: {0} 个, 最新 {1} (机构签名未核对, 用 openssl ts -verify)", "  timestamp: {0}, the newest {1} (the authority's signature is not checked here: openssl ts -verify)";
        MeasureStampsNone: "  时间戳: 无", "  timestamp: none";
        MeasureAppendOnly: "  只追加属性 (chattr +a): 已设", "  append-only attribute (chattr +a): set";
        MeasureAppendOnlyNo: "  只追加属性 (chattr +a): 未设", "  append-only attribute (chattr +a): not set";
        Open: "仍发现不了: {0}", "not found as things are: {0}";
        OpenCut: "截尾与退回旧副本", "a cut tail or an older copy put back";
        OpenRewrite: "整份改写重链", "everything rewritten and chained anew";
        OpenHistories: "给两个人看两份历史 (除非双方比对记录头)", "two histories shown to two people (unless they compare heads)";
        OpenBackDating: "能写入者倒填时间", "back-dating by one who may write";
        OpenBackDatingPart: "能写入者倒填时间 (只部分可发现: 前 {0} 条不晚于 {1} 存在, 前提是机构签名成立)", "back-dating by one who may write (found in part, and only up to the stamp: the first {0} entries existed by {1}, if the authority's signature holds)";
        OpenAfter: "前 {0} 条之后, 这里还没有人看到就被截去或改写的条目", "entries after the first {0} that were cut off or rewritten before anybody here saw them";

        MeasureGiven: "  别处的检查点: {0} 个相符, 最新的涵盖 {1} 条 (共 {2} 条)", "  checkpoints from elsewhere that hold: {0}, the newest reaches {1} of {2} entries";
        MeasureGivenWrong: "  别处的检查点: 不符", "  checkpoints from elsewhere: they do not hold";
        MeasureAnswered: "  损坏: {0} 处, 已由 recovered 条目写明", "  damages that were answered for (recovered entries): {0}";
        PointOrphan: "{0}: 它的文字不在了, 什么也不能证明", "{0}: the text that it belongs to is gone, and it bears witness to nothing";
        SignatureOther: "{0}: 另有一个不被接受的签名人: {1} ({2})", "{0}: one more signer, who is not accepted: {1} ({2})";
        SignatureKind: "{0}: {1}", "{0}: {1}";
        StampsMore: "{0}; 另有一份相符", "{0}; another one fits";
        HarmAsk: "记录有损或与记住的不符, 没有设置只追加属性", "the record is damaged or not as it was remembered; it was not made append-only";
        HarmAskHint: "只追加之后就不能再恢复它; 仍要设置请加 --yes", "once it is append-only it cannot be mended; to set it all the same, say --yes";
        PointText: "{0}: 不是检查点: {1}", "{0}: not a checkpoint: {1}";
        PointOther: "{0}: 是另一份记录的检查点", "{0}: a checkpoint of another record";
        PointBeyond: "{0}: 写明 {1} 条, 记录只有 {2} 条: 末尾被截去", "{0}: says {1} entries, the record has {2}: its end was cut off";
        PointBehind: "{0}: 写明 {1} 条, 而损坏之前只有 {2} 条成立: 无从比对", "{0}: says {1} entries, but only the {2} before the damage hold: it could not be compared";
        PointHead: "{0}: 有 {1} 条时的记录头写作 {2}, 记录里是 {3}: 已被改写", "{0}: says that the head after {1} entries is {2}, in the record it is {3}: it was rewritten";
        SignatureBad: "{0}: 签名不成立: {1}", "{0}: the signature does not hold: {1}";
        SignatureUnknown: "{0}: 签名人不被接受: {1} ({2})", "{0}: the signer is not accepted: {1} ({2})";
        SignatureGood: "{0}: 有效, {1} ({2}), 涵盖 {3} 条", "{0}: valid, {1} ({2}), covers {3} entries";
        StampBad: "{0}: 时间戳有问题: {1}", "{0}: the time-stamp has a problem: {1}";
        StampOther: "不是关于这段文字的", "it is not about this text";
        NoneSigned: "没有签名的检查点可核对", "there is no signed checkpoint to check";
        SignersPassedOver: "签名人名单 `{0}` {1}; 该行未采用", "list of signers `{0}`, {1}; the line was passed over";
        CannotReadPoints: "无法读取检查点: {0}", "cannot read the checkpoints: {0}";
    }
}
