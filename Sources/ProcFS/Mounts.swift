package import DurableFiles
package import SystemPackage

/// A place where a file system is mounted.
package struct Mount: Hashable, Sendable {
    package let id: Int
    package let point: FilePath
    /// `ext4`, `nfs4`.
    package let kind: String
    /// What is mounted: `/dev/sda1`, `server:/export`, or any word.
    package let source: String

    /// Reads a line of `mountinfo`; nil where it is none.
    ///
    /// - Parameter line: as in `36 35 98:0 /inside /point rw,noatime master:1 - ext4 /dev/sda1 rw`: any number of words
    ///   stands before the `-`.
    init?(_ line: some Collection<UInt8>) {
        let words = line.split(separator: UInt8(ascii: " "))
        guard words.count > 4, let id = Int(String(decoding: words[0], as: UTF8.self)),
            let dash = words.dropFirst(5).firstIndex(where: { $0.elementsEqual("-".utf8) }), dash + 2 < words.count
        else { return nil }
        self.id = id
        point = FilePath(Self.unescaped(words[4]))
        kind = Self.unescaped(words[dash + 1])
        source = Self.unescaped(words[dash + 2])
    }

    /// The kernel writes white space and backslashes as octal digits: `\040`.
    private static func unescaped(_ word: some Collection<UInt8>) -> String {
        var rest = Array(word)[...]
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let escaped = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(escaped)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension ProcFS {
    /// The file systems that are mounted where this process can see them; no call of this waits for any of them.
    ///
    /// - Throws: `FileError` where the kernel does not tell.
    package func mounts() throws(FileError) -> [Mount] {
        let bytes = try bytes("self/mountinfo", limit: 16 << 20) ?? []
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { Mount($0) }
    }

    /// The ``Mount/id`` of the mount that an open file of this process is on; nil where the kernel does not tell.
    ///
    /// - Throws: `FileError` where it may not be asked.
    package func mountID(ofDescriptor descriptor: Int32) throws(FileError) -> Int? {
        guard let text = try text("self/fdinfo/\(descriptor)") else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("mnt_id:") {
            return line.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) }
        }
        return nil
    }
}
