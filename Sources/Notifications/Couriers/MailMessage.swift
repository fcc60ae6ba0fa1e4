package import Foundation
package import Maintenance

/// A notice as a message of mail (RFC 5322), in plain text that any server takes.
package struct MailMessage: Sendable {
    /// Headers and body, in lines that end with CR and LF, all ASCII.
    package let bytes: [UInt8]

    /// The message; `timeZone` is the zone of its `Date:`.
    package init(_ notice: Notice, from: MailAddress, to: [MailAddress], timeZone: TimeZone) {
        let domain = from.domain
        let root = "<\(notice.thread)@\(domain)>"
        let body = MailText.Body(notice.text + "\n\n-- \nRonde on \(notice.host), rule \(notice.rule)\n")
        var lines = [
            "Date: \(MailText.date(notice.at, timeZone))",
            "From: \(MailText.address(from))",
            MailText.folded("To: " + to.map(MailText.address).joined(separator: ", ")),
            "Subject: \(MailText.unstructured(notice.subject, after: 9))",
            // The same at every attempt: who gets it twice after all can tell.
            "Message-ID: \(notice.opensThread ? root : "<\(notice.id)@\(domain)>")",
        ]
        if !notice.opensThread { lines += ["In-Reply-To: \(root)", "References: \(root)"] }
        lines += [
            // RFC 3834: no answers from machines, please.
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: \(body.encoding)",
            "",
        ]
        bytes = Array((lines.joined(separator: "\r\n") + "\r\n" + body.text).utf8)
    }
}
