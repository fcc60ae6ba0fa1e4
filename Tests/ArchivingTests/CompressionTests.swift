import Testing

@testable import Archiving

@Suite("Compressions")
struct CompressionTests {
    @Test(
        "are read as they are written",
        arguments: [
            ("none", Compression.none, "none", ""), ("gzip", .gzip(level: 6), "gzip:6", "gz"),
            ("gzip:1", .gzip(level: 1), "gzip:1", "gz"), ("gzip:9", .gzip(level: 9), "gzip:9", "gz"),
            ("zstd", .zstd(level: 3, threads: 1), "zstd:3", "zst"),
            ("zstd:19", .zstd(level: 19, threads: 1), "zstd:19", "zst"),
            ("zstd:3:2", .zstd(level: 3, threads: 2), "zstd:3:2", "zst"),
        ])
    func reads(_ text: String, _ compression: Compression, written: String, fileExtension: String) {
        #expect(Compression(text) == compression)
        #expect(compression.description == written && compression.fileExtension == fileExtension)
        #expect(Compression(written) == compression)
    }

    @Test(
        "are refused when unknown or out of range",
        arguments: [
            "", ":", "lz4", "none:1", "gzip:", "gzip:0", "gzip:10", "gzip:six", "gzip:6:1", "GZIP", " gzip", "zstd:0",
            "zstd:20", "zstd:3:0", "zstd:3:65", "zstd:3:2:1", "zstd:99999999999999999999",
        ])
    func refuses(_ text: String) {
        #expect(Compression(text) == nil)
    }

    @Test(
        "are told from the first bytes",
        arguments: [
            ([], CompressedFormat.plain), ([0x1F], .plain), ([0x1F, 0x8B], .gzip), ([0x1F, 0x8B, 8, 0], .gzip),
            ([0x28, 0xB5, 0x2F], .plain), ([0x28, 0xB5, 0x2F, 0xFD], .zstd), ([0x50, 0x2A, 0x4D, 0x18], .zstd),
            ([0x5F, 0x2A, 0x4D, 0x18], .zstd), ([0x60, 0x2A, 0x4D, 0x18], .plain), ([0x53, 0x51, 0x4C, 0x69], .plain),
        ] as [([UInt8], CompressedFormat)])
    func detects(_ prefix: [UInt8], _ format: CompressedFormat) {
        #expect(CompressedFormat(detecting: prefix) == format)
    }

    // "check" value of CRC-32/ISO-HDLC, and the others by the gzip program.
    @Test(
        "have gzip's checksum",
        arguments: [
            ("", 0), ("a", 0xE8B7_BE43), ("123456789", 0xCBF4_3926),
            ("The quick brown fox jumps over the lazy dog", 0x414F_A339),
        ] as [(String, UInt32)])
    func checksum(_ text: String, _ value: UInt32) {
        for cut in 0...text.utf8.count {
            var crc = CRC32()
            Array(text.utf8.prefix(cut)).withUnsafeBytes { crc.update($0) }
            Array(text.utf8.dropFirst(cut)).withUnsafeBytes { crc.update($0) }
            #expect(crc.value == value)
        }
    }
}
