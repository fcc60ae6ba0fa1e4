import DurableFiles
import SQLiteFile
import Salvage
import SystemPackage
import Testing

@Suite("Random damage")
struct FuzzTests {
    @Test("never crashes a repair, and NEW is always sound", arguments: 0..<16)
    func random(_ seed: Int) throws {
        var dice = Dice(seed)
        let scratch = try Scratch()
        let (whole, path, new) = (scratch.path("whole.db"), scratch.path("app.db"), scratch.path("new.db"))
        let encoding = ["UTF-8", "UTF-16le", "UTF-16be"][seed % 3]
        try Service(
            pageSize: [512, 1_024, 4_096, 65_536][seed % 4], encoding: encoding, autoVacuum: seed % 5 % 3, rows: 40
        ).make(whole)
        for _ in 0..<(seed % 4 == 3 ? 3 : 12) {
            var bytes = try DatabaseBytes(whole)
            damage(&bytes, &dice)
            try bytes.save(path)
            do {
                let report = try scratch.repair(path)
                #expect(report.verdict <= .foreignKeys, "\(report.findings)")
                #expect(try Connection(new).text("PRAGMA integrity_check") == "ok")
                try DurableFile.remove(new)
            } catch let error as SalvageError {
                #expect(error.kind == .nothingFound, "\(error)")
            }
            #expect(try DurableFile.read(path, limit: 1 << 30) == bytes.bytes)
        }
        #expect(try scratch.leftovers.isEmpty)
    }

    private func damage(_ bytes: inout DatabaseBytes, _ dice: inout Dice) {
        let page = Int.random(in: 1...bytes.pageCount, using: &dice)
        let other = Int.random(in: 1...bytes.pageCount, using: &dice)
        switch Int.random(in: 0..<8, using: &dice) {
        case 0: bytes.zero(page)
        case 1: for index in bytes.range(page) { bytes.bytes[index] = .random(in: .min ... .max, using: &dice) }
        case 2: bytes.bytes.removeLast(.random(in: 0..<bytes.bytes.count, using: &dice))
        case 3: bytes.bytes.replaceSubrange(bytes.range(page), with: Array(bytes.bytes[bytes.range(other)]))
        case 4:
            // The heads of pages, where damage tells most.
            for _ in 0..<20 {
                let page = Int.random(in: 1...bytes.pageCount, using: &dice)
                let at = bytes.range(page).lowerBound + .random(in: 0..<12, using: &dice)
                bytes.bytes[at] = .random(in: .min ... .max, using: &dice)
            }
        case 5: for index in 0..<100 { bytes.bytes[index] = .random(in: .min ... .max, using: &dice) }
        default:
            for _ in 0..<[1, 10, 100, 1_000][page % 4] {
                let at = Int.random(in: bytes.bytes.indices, using: &dice)
                bytes.bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
            }
        }
    }
}
