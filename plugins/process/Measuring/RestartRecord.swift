import DurableFiles
import Foundation
import SystemPackage

/// Which process was the service's at the last run, and when it was found to be another one.
///
/// A JSON file in the task's state folder. One that is lost or damaged costs the count, and no task fails for it.
struct RestartRecord: Codable, Hashable, Sendable {
    /// One process, whatever became of its number since.
    struct Identity: Codable, Hashable, Sendable {
        let pid: Int32
        /// Clock ticks from the start of the machine to that of the process.
        let startTicks: UInt64
        /// The kernel's name for that start of the machine.
        let boot: String
    }

    private(set) var process: Identity?
    /// When it was seen to be another one, within the last day; in seconds since 1970.
    private(set) var restarts: [Double] = []

    private static let fileName = "process.json"
    private static let longestFile = 1 << 20
    private static let day = 86_400.0
    /// A check of every second would see no more.
    private static let mostRestarts = 10_000

    /// Notes which process it is now.
    ///
    /// - Returns: whether it is another one than the last time; false the first time.
    mutating func note(_ current: Identity, at now: Date) -> Bool {
        let instant = now.timeIntervalSince1970
        // Those of later than now are from a clock that was ahead.
        restarts = restarts.filter { $0 <= instant && instant - $0 < Self.day }
        let isAnother = process != nil && process != current
        if isAnother { restarts = restarts.suffix(Self.mostRestarts - 1) + [instant] }
        process = current
        return isAnother
    }

    static func read(from folder: FilePath) -> RestartRecord {
        let file = folder.appending(fileName)
        // Where there is none that can be read, counting begins anew.
        guard let bytes = try? DurableFile.read(file, limit: longestFile),
            let record = try? JSONDecoder().decode(RestartRecord.self, from: Data(bytes))
        else { return RestartRecord() }
        return record
    }

    /// - Throws: `FileError`, `EncodingError`.
    func write(to folder: FilePath) throws {
        let bytes = try JSONEncoder().encode(self)
        try DurableFile.write(Array(bytes), to: folder.appending(Self.fileName), permissions: .ownerReadWrite)
    }
}
