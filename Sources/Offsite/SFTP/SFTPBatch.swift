import Foundation

/// The language of `sftp -b`: commands of words in quotes.
enum SFTPBatch {
    /// A word in quotes, in which a wildcard stands for itself.
    static func quoted(_ word: String) -> String {
        "\"" + word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// One command a line; a failure ends the batch, unless `mayFail`.
    static func line(_ command: String, _ words: String..., mayFail: Bool = false) -> String {
        ([(mayFail ? "-" : "") + command] + words.map(quoted)).joined(separator: " ") + "\n"
    }

    /// The plain files in what `ls -lna` prints.
    ///
    /// The owner's name may have spaces, so the size is what stands before the first date.
    static func files(in lines: [String]) -> [RemoteFile] {
        let entry = /\s([0-9]+) [A-Z][a-z]{2} [ 0-9][0-9] (?: [0-9]{4}|[0-9]{2}:[0-9]{2}) (.+)$/
        return lines.compactMap { line in
            guard line.hasPrefix("-"), let match = line.firstMatch(of: entry), let bytes = Int(match.1) else {
                return nil
            }
            return RemoteFile(name: String(match.2), bytes: bytes)
        }
    }
}
