import DurableFiles
import Foundation
import HostTasks
import Maintenance
package import PluginKit
import SystemPackage
import Trends

/// Looks at file systems: their room, their inodes, and when they will be full.
package struct DiskPlugin: TaskPlugin {
    package static let name = "disk"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    /// Looks at the file system of a place; may hang with it.
    typealias Look = @Sendable (DiskPlace) -> Result<FileSystemFacts, FileError>

    private let configuration: DiskConfiguration
    private let now: @Sendable () -> Date
    private let look: Look

    package init(_ configuration: DiskConfiguration) throws {
        try self.init(configuration, now: { Date() }) { place in
            do throws(FileError) {
                return .success(try FileSystemFacts.look(at: place.path, orAbove: !place.isNamed))
            } catch {
                return .failure(error)
            }
        }
    }

    /// The same with another wall clock and other file systems.
    init(_ configuration: DiskConfiguration, now: @escaping @Sendable () -> Date, look: @escaping Look) throws {
        try configuration.check()
        self.configuration = configuration
        self.now = now
        self.look = look
    }

    package func run(in context: TaskContext) async throws -> TaskResult {
        let places = try DiskPlace.all(named: configuration.paths, of: context.service)
        context.progress(nil, "looking at \(Words.count(places.count, "path"))")
        var findings = Findings()
        var found: [(place: DiskPlace, facts: FileSystemFacts)] = []
        for (place, facts) in await looks(at: places, in: context) {
            switch facts {
            case .success(let facts): found.append((place, facts))
            case .failure(let error): findings.add(.critical, words(for: error, at: place))
            case nil:
                findings.add(
                    .critical,
                    "'\(place.path)' does not answer after \(configuration.timeLimitEach): see whether its "
                        + "server or device is there")
            }
        }
        try Task.checkCancellation()
        let views = try views(of: found, in: context)
        return report(views, findings, in: context)
    }

    /// Asks all at once: one that hangs holds up no other.
    private func looks(
        at places: [DiskPlace], in context: TaskContext
    ) async -> [(DiskPlace, Result<FileSystemFacts, FileError>?)] {
        let limit = min(configuration.timeLimitEach.duration, ContinuousClock.now.duration(to: context.workDeadline))
        return await withTaskGroup(of: (Int, Result<FileSystemFacts, FileError>?).self) { group in
            for (index, place) in places.enumerated() {
                group.addTask { [look] in (index, await PatientCall.run(within: limit) { look(place) }) }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map { (places[$0.0], $0.1) }
        }
    }

    private func words(for error: FileError, at place: DiskPlace) -> String {
        error.errno == .noSuchFileOrDirectory
            ? "'\(place.path)' does not exist; mount what belongs there, or correct 'paths'" : "\(error)"
    }

    /// Each named path, or each file system of the service once, with what its samples show; keeps the samples.
    private func views(
        of found: [(place: DiskPlace, facts: FileSystemFacts)], in context: TaskContext
    ) throws -> [DiskView] {
        var seen: Set<UInt64> = []
        let chosen = found.filter { $0.place.isNamed || seen.insert($0.facts.device).inserted }
        let folder = try context.stateFolder()
        var samples = SampleHistory.read(from: folder)
        for (_, facts) in chosen where !facts.isReadOnly {
            if let room = facts.room { samples.add(room.used, of: "bytes \(facts.point)", at: now()) }
            if let inodes = facts.inodes { samples.add(inodes.used, of: "inodes \(facts.point)", at: now()) }
        }
        if !context.isDryRun { keep(samples, in: folder, context) }
        let names = DiskPlace.names(
            for: chosen.map { $0.place.isNamed ? $0.place.path : $0.facts.point })
        return zip(chosen, names).map { found, name in
            let point = found.facts.point
            let path = found.place.isNamed ? found.place.path : point
            let title = Excerpt.of(path.string) + (path == point ? "" : " (on \(Excerpt.of(point.string)))")
            return DiskView(
                facts: found.facts, name: name, title: title, growth: samples.trend(of: "bytes \(point)"),
                inodeGrowth: samples.trend(of: "inodes \(point)"))
        }
    }

    /// The disk that is full may be the one that samples are kept on: all the more reason to report it.
    private func keep(_ samples: SampleHistory, in folder: FilePath, _ context: TaskContext) {
        do {
            try samples.write(to: folder)
        } catch {
            context.log(.warning, "what was seen is not kept for the next run: \(error)")
        }
    }

    private func report(_ views: [DiskView], _ found: Findings, in context: TaskContext) -> TaskResult {
        var findings = found
        let judge = DiskJudge(limits: configuration, now: now()) { day in
            String(InstantText.format(day, in: TimeZone(identifier: context.service.timezone) ?? .gmt).prefix(10))
        }
        var judged: Set<UInt64> = []
        for view in views {
            judge.measurements(of: view).forEach(context.measure)
            context.log(.info, judge.line(of: view))
            // Two paths of one file system have one trouble.
            if judged.insert(view.facts.device).inserted { judge.judge(view, into: &findings) }
        }
        return findings.result(in: context, otherwise: Self.summary(of: views, judge))
    }

    private static func summary(of views: [DiskView], _ judge: DiskJudge) -> String {
        let fullest = views.max { ($0.facts.room?.usedShare ?? 0) < ($1.facts.room?.usedShare ?? 0) }
        guard let fullest else { return "nothing was looked at" }
        let text = judge.use(of: fullest) + (judge.outlook(for: fullest).map { "; \($0)" } ?? "")
        return views.count == 1
            ? "\(fullest.title): \(text)" : "\(views.count) paths; fullest \(fullest.title): \(text)"
    }
}
