/// Tar archives made by hand, also wrong ones.
enum Tar {
    static let end = [UInt8](repeating: 0, count: 1024)

    static func header(
        _ name: String, size: Int = 0, type: Character = "0", link: String = "", mode: Int = 0o644,
        time: String = "14524746400", device: Bool = false
    ) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { bytes[offset + index] = byte }
        }
        func octal(_ number: Int, _ digits: Int) -> String {
            let text = String(number, radix: 8)
            return String(repeating: "0", count: digits - text.count) + text
        }
        put(name, at: 0)
        put(octal(mode, 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        put(octal(size, 11), at: 124)
        put(time, at: 136)
        put(String(type), at: 156)
        put(link, at: 157)
        put("ustar\u{0}00", at: 257)
        put(octal(sum(of: bytes), 6) + "\u{0} ", at: 148)
        return bytes
    }

    static func entry(_ name: String, _ content: String, mode: Int = 0o644) -> [UInt8] {
        header(name, size: content.utf8.count, mode: mode) + padded(Array(content.utf8))
    }

    static func link(_ name: String, to place: String, hard: Bool = false) -> [UInt8] {
        header(name, type: hard ? "1" : "2", link: place)
    }

    static func longName(_ name: String) -> [UInt8] {
        let bytes = Array(name.utf8) + [0]
        return header("././@LongLink", size: bytes.count, type: "L") + padded(bytes)
    }

    static func pax(_ records: String..., type: Character = "x") -> [UInt8] {
        let bytes = records.flatMap { record -> [UInt8] in
            var length = record.utf8.count + 2
            while "\(length) \(record)\n".utf8.count != length { length += 1 }
            return Array("\(length) \(record)\n".utf8)
        }
        return header("PaxHeaders/x", size: bytes.count, type: type) + padded(bytes)
    }

    static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
    }

    private static func sum(of bytes: [UInt8]) -> Int {
        bytes.reduce(0) { $0 + Int($1) } + 8 * 32
    }
}
