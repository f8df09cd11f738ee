//! What is said about keys, signatures, lists of signers and time-stamps.

crate::words! {
    /// Why something is not signed, or a signature or a time-stamp not accepted.
    pub enum Signing {
        File: "`{0}`: {1}", "`{0}`: {1}";
        NotPlain: "不是普通文件", "not a plain file";
        UnusableKey: "`{0}` 不能用作私钥: {1}", "`{0}` cannot be used as a private key: {1}";
        LongKey: "超过 {0} 字节", "it has more than {0} bytes";
        KeyForm: "不是 OpenSSH 的格式 ({0}); 用 ssh-keygen -p -f 转换", "it is not in OpenSSH's form ({0}); `ssh-keygen -p -f` converts";
        PublicHalf: "这是公钥; 请给出私钥文件 (通常是去掉 .pub 的那个)", "it is the public half; give the private key's file (usually the name without .pub)";
        Numbers: "其中的数不相配", "the numbers in it do not fit together";
        Encrypted: "私钥 `{0}` 有口令", "the private key `{0}` has a passphrase";
        EncryptedHint: "先 ssh-add 它, 再用 --agent 指纹|注释", "`ssh-add` it, then sign with --agent FINGERPRINT|COMMENT";
        KeyKind: "不支持 {0} 密钥", "{0} is not supported";
        KeyKindHint: "请用 ed25519, P-256, P-384 或 2048 到 4096 位的 RSA", "use ed25519, P-256, P-384 or RSA of 2048 to 4096 bits";
        P521: "P-521 (`ecdsa-sha2-nistp521`)", "P-521 (`ecdsa-sha2-nistp521`)";
        RsaBits: "{0} 位的 RSA", "RSA of {0} bits";
        Agent: "ssh-agent: {0}", "ssh-agent: {0}";
        AgentNotSet: "没有设置 SSH_AUTH_SOCK", "SSH_AUTH_SOCK is not set";
        AgentSilent: "它在 {0} 秒内没有答复", "it did not answer within {0} seconds";
        AgentLength: "它的答复长 {0} 字节", "it answers with {0} bytes";
        AgentList: "它的密钥列表读不出来", "its list of keys cannot be read";
        AgentSignature: "它的签名读不出来", "its signature cannot be read";
        AgentRefuses: "它拒绝了", "it refuses";
        AgentWhich: "ssh-agent 里有 {0} 把密钥是 `{1}`", "ssh-agent holds {0} keys that are `{1}`";
        HeldByAgent: "ssh-agent 里有: {0}", "ssh-agent holds {0}";
        HoldsNothing: "ssh-agent 里没有密钥; 用 ssh-add 加入", "ssh-agent holds no keys; add one with `ssh-add`";
        Broken: "做出的签名不成立", "the signature that was made does not hold";
        TooMany: "`{0}` 的文件太多", "`{0}` has too many files";
        OtherText: "该名下已有另一段文字", "another text is there under that name";

        SignatureForm: "不是 SSH 签名: {0}", "not an SSH signature: {0}";
        SignatureLong: "超过 {0} 字节", "more than {0} bytes";
        SignatureFrame: "没有 BEGIN 与 END 两行 (以换行 LF 结尾), 或其间不是 base64", "its BEGIN and END lines are missing or end in CR LF, or what stands between them is no base64";
        SignatureVersion: "未知的版本", "a version that is not known";
        SignatureNamespace: "是为 `{0}` 做的, 不是为 `{1}`", "made for `{0}` and not for `{1}`";
        SignatureKind: "是用 {0} 做的, 这里不能核对; 请用 ssh-keygen -Y verify, 或改用 ed25519, P-256, P-384 或 2048 到 8192 位的 RSA", "made with {0}, which is not supported here; use ssh-keygen -Y verify, or ed25519, P-256, P-384 or RSA of 2048 to 8192 bits";
        SignatureWeak: "是用 `{0}` 做的, 这种签名不安全", "made with `{0}`, which is not safe";
        SignatureWrong: "与文字不符", "does not fit the text";

        Unknown: "它的密钥不在名单里", "its key is not among the allowed signers";
        NotTheirs: "它的密钥不是 `{0}` 的", "its key is not one of `{0}`";
        Namespace: "`{0}` 不得为 `{1}` 签名", "`{0}` may not sign for `{1}`";
        NotYet: "`{0}` 的密钥从 {1} 起才有效", "the key of `{0}` is valid from {1} on";
        Expired: "`{0}` 的密钥只到 {1} 有效", "the key of `{0}` was valid until {1}";

        BadLine: "第 {0} 行: {1}", "line {0}: {1}";
        LineForm: "不是 `签名人 [选项] 密钥类型 密钥` 的形式", "not `PRINCIPALS [OPTIONS] KEYTYPE KEY`";
        LineQuote: "引号没有闭合", "a quote is not closed";
        LineUnquoted: "`{0}` 的值要写在双引号里", "the value of `{0}` must stand in double quotes";
        LineTwice: "`{0}` 写了两次", "`{0}` is given twice";
        LineOption: "没有选项 `{0}`", "there is no option `{0}`";
        LineTime: "`{0}` 不是 20260302 或 202603020130Z 这样的时间", "`{0}` is not a time such as 20260302 or 202603020130Z";
        LineBackwards: "`valid-before` 不晚于 `valid-after`", "`valid-before` is not after `valid-after`";
        LineAuthority: "不支持 `cert-authority`", "`cert-authority` is not supported";
        LineKey: "密钥读不出来: {0}", "the key cannot be read: {0}";
        LineKind: "不支持 `{0}` 密钥", "keys of the kind `{0}` are not supported";

        ReplyRefused: "机构拒绝了, 状态 {0}", "the authority refused, with status {0}";
        ReplyDigest: "它的摘要不是 SHA-256", "it is about a digest other than SHA-256";
        ReplyForm: "不是 RFC 3161 的答复: {0}缺失或被截断", "it is no reply of RFC 3161: {0} is missing or cut";
        PartReply: "答复", "the reply";
        PartStatus: "状态", "the status";
        PartToken: "令牌", "the token";
        PartVersion: "版本", "the version";
        PartDigest: "摘要", "the digest";
        PartSerial: "序列号", "the serial number";
        PartTime: "时间", "the time";

        PointLong: "超过 {0} 字节", "it has more than {0} bytes";
        PointLine: "第 {0} 行应是{1}", "line {0} is not {1}";
        PointRecord: " `jishi/` 加记录编号", "`jishi/` and a record id";
        PointCount: "条数", "a number of entries";
        PointHead: "base64 的记录头", "a head in base64";
    }
}
