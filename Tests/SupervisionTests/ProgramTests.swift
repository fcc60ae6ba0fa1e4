import DurableFiles
import Foundation
import Supervision
import SystemPackage
import Testing

/// Both programs that can supervise, as processes.
@Suite(.timeLimit(.minutes(2)))
struct ProgramTests {
    enum Means: String, CaseIterable, Sendable {
        case supervisor = "ronde-supervisor"
        case ronde
    }

    @Test("the program's output and status come through", arguments: Means.allCases)
    func through(means: Means) throws {
        let ending = try run(
            means, SupervisorOrder(program: ["/bin/sh", "-c", "echo out; exit 7"], grace: .seconds(1)))
        #expect(ending.status == 7 && ending.output == "out\n")
    }

    @Test("a program that cannot be started is told of, with its reason", arguments: Means.allCases)
    func missing(means: Means) throws {
        let ending = try run(means, SupervisorOrder(program: ["/nowhere/at-all"], grace: .seconds(1)))
        #expect(ending.status == 66)
        #expect(ending.errors.contains("cannot start /nowhere/at-all: No such file or directory"), "\(ending.errors)")
    }

    @Test("the locks are held while the program runs, and free afterwards", arguments: Means.allCases)
    func locks(means: Means) throws {
        let folder = FilePath(NSTemporaryDirectory()).appending("ronde-supervision-\(UUID().uuidString)")
        try Folder.create(folder)
        defer { try? Folder.removeTree(folder) }
        let lock = folder.appending("a b.lock")
        let order = SupervisorOrder(
            program: ["/usr/bin/flock", "--nonblock", WorkLock.path(of: lock).string, "/bin/true"], grace: .seconds(1),
            purpose: "a test", locks: [WorkLock(of: lock, mode: .exclusive)])
        #expect(try run(means, order).status == 1, "the program itself finds it taken")
        let free = try FileLock.attempt(WorkLock.path(of: lock), .exclusive)
        #expect(free != nil)
    }

    @Test("rubbish is refused with the status for it", arguments: Means.allCases)
    func rubbish(means: Means) throws {
        let ending = try run(means, arguments: ["--grace", "soon"])
        #expect(ending.status == 64)
        #expect(ending.errors.contains("does not understand '--grace'"), "\(ending.errors)")
    }

    private func run(
        _ means: Means, _ order: SupervisorOrder
    ) throws -> (status: Int32, output: String, errors: String) {
        try run(means, arguments: order.arguments)
    }

    /// Through a shell that keeps standard input open, as the runner does, and leads a group of its own.
    private func run(
        _ means: Means, arguments: [String]
    ) throws -> (status: Int32, output: String, errors: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/setsid")
        process.arguments = ["--wait", Self.built(means.rawValue)] + (means == .ronde ? ["supervise"] : []) + arguments
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, errors)
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        let errorText = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        withExtendedLifetime(input) {}
        return (
            process.terminationStatus, String(decoding: text, as: UTF8.self), String(decoding: errorText, as: UTF8.self)
        )
    }

    /// The executable of this package with this name, beside the test bundle.
    private static func built(_ name: String) -> String {
        let bundle = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
        let folder = (bundle ?? URL(filePath: CommandLine.arguments[0])).deletingLastPathComponent()
        return folder.appending(path: name).path
    }
}
