internal import SystemPackage

/// The names of temporary files, `.NAME.tmp-PID-RANDOM`: hidden, unique, and recognisable when their writer was killed.
enum TemporaryName {
    private static let marker = ".tmp-"
    /// The hexadecimal digits of 64 random bits.
    private static let randomDigits = 16
    /// The longest name a Linux file system takes (NAME_MAX), in bytes.
    private static let longestName = 255

    static func make(for destination: FilePath.Component, process: Int32) -> FilePath.Component? {
        let random = String(UInt64.random(in: .min ... .max), radix: 16)
        let padding = String(repeating: "0", count: randomDigits - random.count)
        let ending = "\(marker)\(process)-\(padding)\(random)"
        var name = destination.string[...]
        // A destination may use all 255 bytes itself.
        while name.utf8.count + ending.utf8.count + 1 > longestName { name.removeLast() }
        return FilePath.Component(".\(name)\(ending)")
    }

    static func matches(_ name: String) -> Bool {
        guard name.hasPrefix("."), let dash = name.utf8.lastIndex(of: UInt8(ascii: "-")) else { return false }
        let random = name.utf8[name.utf8.index(after: dash)...]
        guard random.count == randomDigits, random.allSatisfy(isLowerHexDigit) else { return false }
        let front = name[..<dash]
        guard let marked = front.utf8.lastIndex(of: UInt8(ascii: "-")) else { return false }
        let process = front.utf8[front.utf8.index(after: marked)...]
        return !process.isEmpty && process.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            && front[...marked].hasSuffix(marker) && front[..<marked].utf8.count >= marker.utf8.count + 1
    }

    private static func isLowerHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
