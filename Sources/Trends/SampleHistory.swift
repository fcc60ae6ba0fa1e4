import DurableFiles
package import Foundation
package import SystemPackage

/// The samples that a task keeps from run to run: all of the last two days, and before that the last of each day.
///
/// A JSON file in the task's state folder. One that is lost or damaged costs the trend, and no task fails for it.
package struct SampleHistory: Hashable, Sendable {
    /// By the name of what is measured; in order of time.
    package private(set) var samples: [String: [Sample]]

    /// In seconds: within this time every sample is kept.
    private static let recent: TimeInterval = 2 * 86_400
    /// How many days a trend is told from.
    private static let mostDays = 90
    /// Of a check that is made every minute, this many of the last two days are enough.
    private static let mostRecent = 96
    private static let longestFile = 8 << 20
    private static let fileName = "samples.json"

    private init(_ samples: [String: [Sample]]) { self.samples = samples }

    /// Reads what was kept in a folder.
    ///
    /// - Returns: an empty history where nothing was kept, or where it cannot be read.
    package static func read(from folder: FilePath) -> SampleHistory {
        let file = folder.appending(fileName)
        guard let bytes = try? DurableFile.read(file, limit: longestFile),
            let samples = try? decoder.decode([String: [Sample]].self, from: Data(bytes))
        else { return SampleHistory([:]) }
        return SampleHistory(samples.mapValues { $0.sorted { $0.at < $1.at } })
    }

    /// Writes what is kept, whole or not at all.
    ///
    /// - Throws: `FileError`, `EncodingError`.
    package func write(to folder: FilePath) throws {
        let bytes = try Self.encoder.encode(samples)
        try DurableFile.write(Array(bytes), to: folder.appending(Self.fileName), permissions: .ownerReadWrite)
    }

    /// Adds a sample, and lets go of what is no longer needed.
    ///
    /// Samples of later than this one are from a clock that was ahead, and are dropped.
    package mutating func add(_ value: Double, of name: String, at now: Date) {
        guard value.isFinite else { return }
        let earlier = (samples[name] ?? []).filter { $0.at < now }
        samples[name] = Self.thinned(earlier + [Sample(at: now, value: value)], now: now)
    }

    /// What the samples of a name show; see ``Trend/init(_:)``.
    package func trend(of name: String) -> Trend? { Trend(samples[name] ?? []) }

    private static func thinned(_ samples: [Sample], now: Date) -> [Sample] {
        let recent = samples.filter { now.timeIntervalSince($0.at) <= Self.recent }
        var lastOfDay: [Int: Sample] = [:]
        for sample in samples where now.timeIntervalSince(sample.at) > Self.recent {
            lastOfDay[Int((sample.at.timeIntervalSince1970 / 86_400).rounded(.down))] = sample
        }
        let older = lastOfDay.values.sorted { $0.at < $1.at }.suffix(mostDays)
        return older + spread(recent)
    }

    /// As many as are needed, evenly spread; always the newest.
    private static func spread(_ samples: [Sample]) -> [Sample] {
        guard samples.count > mostRecent, let newest = samples.last else { return samples }
        // Every second of the older half goes, so that samples do not thin out again and again.
        let half = samples.count / 2
        return samples[..<half].enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
            + samples[half..<(samples.count - 1)] + [newest]
    }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .secondsSince1970
        encoder.outputFormatting = .sortedKeys
        return encoder
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .secondsSince1970
        return decoder
    }
}
