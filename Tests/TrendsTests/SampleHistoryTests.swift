import DurableFiles
import Foundation
import SystemPackage
import Testing

@testable import Trends

struct SampleHistoryTests {
    private let noon = Date(timeIntervalSince1970: 1_795_262_400)

    private func withFolder(_ body: (FilePath) throws -> Void) throws {
        let folder = FilePath(NSTemporaryDirectory()).appending("trends-\(UUID().uuidString)")
        try Folder.create(folder)
        defer { try? Folder.removeTree(folder) }
        try body(folder)
    }

    @Test("what is written is read again")
    func roundTrip() throws {
        try withFolder { folder in
            var history = SampleHistory.read(from: folder)
            #expect(history.samples.isEmpty)
            history.add(1, of: "users", at: noon)
            history.add(2, of: "users", at: noon.addingTimeInterval(60))
            try history.write(to: folder)
            #expect(SampleHistory.read(from: folder) == history)
        }
    }

    @Test("a damaged file costs the trend and nothing else", arguments: ["", "{", "[]", #"{"users":[{"at":1}]}"#])
    func damaged(text: String) throws {
        try withFolder { folder in
            try DurableFile.write(
                Array(text.utf8), to: folder.appending("samples.json"), permissions: .ownerReadWrite)
            var history = SampleHistory.read(from: folder)
            #expect(history.samples.isEmpty)
            history.add(1, of: "users", at: noon)
            try history.write(to: folder)
            #expect(SampleHistory.read(from: folder).samples["users"]?.count == 1)
        }
    }

    @Test("a year of a sample each minute stays small, and its trend is that of the year", .timeLimit(.minutes(2)))
    func small() throws {
        try withFolder { folder in
            var history = SampleHistory.read(from: folder)
            for hour in 0..<(365 * 24) {
                history.add(Double(hour), of: "users", at: noon.addingTimeInterval(Double(hour) * 3600))
            }
            for minute in 0..<5000 {
                let at = noon.addingTimeInterval(365 * 86_400 + Double(minute) * 60)
                history.add(365 * 24 + Double(minute) / 60, of: "users", at: at)
            }
            let kept = try #require(history.samples["users"])
            #expect(kept.count < 200)
            #expect(kept.last?.at == noon.addingTimeInterval(365 * 86_400 + 4999 * 60))
            let trend = try #require(history.trend(of: "users"))
            #expect(abs(trend.perDay - 24) < 0.5)
        }
    }

    @Test("samples of a clock that was ahead are dropped")
    func clockAhead() {
        var history = SampleHistory.read(from: "/nonexistent")
        history.add(1, of: "users", at: noon.addingTimeInterval(365 * 86_400))
        history.add(2, of: "users", at: noon)
        #expect(history.samples["users"]?.map(\.value) == [2])
        history.add(.nan, of: "users", at: noon.addingTimeInterval(1))
        #expect(history.samples["users"]?.count == 1)
    }
}
