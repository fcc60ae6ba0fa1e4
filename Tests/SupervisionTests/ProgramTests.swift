import DurableFiles
import Foundation
import Glibc
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

    @Test("a program gets no more memory than it may have", arguments: Means.allCases)
    func memory(means: Means) throws {
        let hog = ["/usr/bin/python3", "-c", "bytes(400_000_000)"]
        #expect(try run(means, SupervisorOrder(program: hog, grace: .seconds(1))).status == 0)
        let confinement = Confinement(memory: 200_000_000)
        let ending = try run(means, SupervisorOrder(program: hog, grace: .seconds(1), confinement: confinement))
        #expect(ending.status == 1)
        #expect(ending.errors.contains("MemoryError"), "\(ending.errors)")
    }

    @Test("a program that burns its processor time is ended by the signal for it", arguments: Means.allCases)
    func processorTime(means: Means) throws {
        let order = SupervisorOrder(
            program: ["/bin/sh", "-c", "while :; do :; done"], grace: .seconds(1),
            confinement: Confinement(processorTime: 1))
        let ending = try run(means, order)
        // setsid tells of a signal as a shell does, and Foundation of one that it sees itself.
        #expect([24, 128 + 24].contains(ending.status), "\(ending)")
    }

    @Test("one that ignores the signal is killed", arguments: Means.allCases)
    func stubborn(means: Means) throws {
        let order = SupervisorOrder(
            program: ["/bin/sh", "-c", "trap '' XCPU; while :; do :; done"], grace: .seconds(1),
            confinement: Confinement(processorTime: 1))
        let ending = try run(means, order)
        #expect([9, 128 + 9].contains(ending.status), "\(ending)")
    }

    @Test("a program is another user with that user's groups, and no others", .enabled(if: geteuid() == 0))
    func user() throws {
        let nobody = try #require(ProgramUser(named: "nobody"))
        let order = SupervisorOrder(
            program: ["/bin/sh", "-c", "id -u; id -g; id -G; cat /etc/shadow 2>&1 >/dev/null | grep -c denied"],
            grace: .seconds(1), confinement: Confinement(user: nobody))
        let ending = try run(.supervisor, order)
        let groups = nobody.groups.map { "\($0)" }.joined(separator: " ")
        #expect(ending.output == "\(nobody.user)\n\(nobody.group)\n\(groups)\n1\n", "\(ending)")
    }

    @Test("without root, nobody becomes another user, and it is said so", .enabled(if: geteuid() != 0))
    func noUser() throws {
        let order = SupervisorOrder(
            program: ["/bin/true"], grace: .seconds(1), confinement: Confinement(user: ProgramUser(named: "root")))
        let ending = try run(.supervisor, order)
        #expect(ending.status == 66)
        #expect(ending.errors.contains("cannot run as another user: Operation not permitted"), "\(ending.errors)")
    }

    @Test("a program without input reads nothing, while the supervisor watches its own")
    func noInput() throws {
        let order = SupervisorOrder(
            program: ["/bin/sh", "-c", "cat; readlink /proc/self/fd/0"], grace: .seconds(1),
            confinement: Confinement(hasNoInput: true))
        #expect(try run(.supervisor, order).output == "/dev/null\n")
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
