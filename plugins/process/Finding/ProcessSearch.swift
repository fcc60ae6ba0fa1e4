import DurableFiles
import Foundation
import Glibc
import HostTasks
import Maintenance
import PluginKit
import ProcFS
import SystemPackage

/// What the search for the service's process came to.
enum SearchResult: Sendable {
    /// The processes at the top of its trees, and what is odd about them.
    case found([ProcessStatus], notes: [String])
    /// It does not run, in words that say how that is known.
    case none(String)
}

/// Finds the service's process.
struct ProcessSearch: Sendable {
    var proc = ProcFS()
    /// Where systemd's own program is.
    var systemctl: FilePath = "/usr/bin/systemctl"
    /// Who searches: a pattern on its own command line is not to find it, nor who started it.
    var searcher = getpid()

    /// - Throws: ``TaskFailure`` where nobody can tell, `FileError`.
    func find(_ target: ProcessTarget) async throws -> SearchResult {
        switch target {
        case .port(let port): try listening(at: port)
        case .pidFile(let file): try named(by: file)
        case .unit(let unit): try await main(of: unit)
        case .name(let name): try matching("named '\(Excerpt.of(name))'") { Self.hasName(name, $0, $1) }
        case .command(let pattern):
            try matching("with '\(Excerpt.of(pattern.text))' in its command line") { _, words in
                pattern.matches(words.joined(separator: " "))
            }
        }
    }

    private func listening(at port: Int) throws -> SearchResult {
        let sockets = try proc.listeners(port: port)
        guard let socket = sockets.first else { return .none("nothing listens at TCP port \(port)") }
        var holders = try proc.holders(of: sockets)
        let table = try proc.table()
        // systemd listens for services that it starts when somebody calls, and goes on holding the socket.
        if table.statuses[1]?.name == "systemd", holders.pids.remove(1) != nil, holders.pids.isEmpty {
            return .none("systemd listens at TCP port \(port) for a service that it has not started")
        }
        let tops = table.tops(of: holders.pids)
        guard tops.isEmpty else { return .found(tops, notes: []) }
        throw TaskFailure(
            .unknown,
            holders.refused > 0
                ? "something listens at TCP port \(port), but user id \(geteuid()) may not know which process of user "
                    + "id \(socket.owner); run Ronde as that user, or name unit, pid_file or command"
                : "something listens at TCP port \(port), but no process that can be seen from here; it may be in another "
                    + "container")
    }

    private func matching(
        _ words: String, _ matches: (ProcessStatus, [String]) throws -> Bool
    ) throws -> SearchResult {
        let table = try proc.table()
        let excluded = Set([searcher] + table.ancestors(of: searcher))
        let found = try table.statuses.values.filter { status in
            guard !status.isZombie, !excluded.contains(status.pid) else { return false }
            // Threads of the kernel have no command line.
            let line = try proc.commandLine(of: status.pid)
            return try !line.isEmpty && matches(status, line)
        }
        guard !found.isEmpty else { return .none("no process \(words) runs") }
        return .found(table.tops(of: Set(found.map(\.pid))), notes: [])
    }

    /// By the name that the process calls itself, of which the kernel keeps 15 bytes, or that of its program's file.
    private static func hasName(_ name: String, _ status: ProcessStatus, _ line: [String]) -> Bool {
        status.name == name || line.first.flatMap { FilePath($0).lastComponent?.string } == name
    }
}

extension ProcessSearch {
    private func named(by file: FilePath) throws -> SearchResult {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try DurableFile.read(file, limit: 4_096)
        } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw TaskFailure(.unknown, "\(error)") }
            return .none("the pid file '\(file)' does not exist")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let word = text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        guard let pid = Int32(word), pid > 0 else {
            throw TaskFailure(
                .unknown, "the pid file '\(file)' begins with '\(Excerpt.of(word, limit: 40))', no process number")
        }
        guard let status = try proc.status(of: pid) else {
            return .none("the pid file '\(file)' names process \(pid), which does not run")
        }
        return status.isZombie
            ? .none("process \(pid) of the pid file '\(file)' has ended")
            : .found([status], notes: try age(of: status, file))
    }

    /// A pid file is written by the process that it names: one that is older may be left from another.
    private func age(of status: ProcessStatus, _ file: FilePath) throws -> [String] {
        guard let uptime = try proc.uptime(), let facts = try FileFacts.of(file, followingLinks: true) else {
            return []
        }
        let age = uptime - Double(status.startTicks) / ProcessStatus.ticksPerSecond
        // Clocks are set, and some programs take a moment to start again.
        guard -facts.modified.timeIntervalSinceNow - age > 60 else { return [] }
        return [
            "the pid file '\(file)' is older than process \(status.pid) (\(Excerpt.of(status.name, limit: 40))), and may "
                + "be left from another one"
        ]
    }
}
