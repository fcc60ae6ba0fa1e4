import DurableFiles
import Foundation
import SystemPackage
import Testing

@testable import ProcFS

@Suite("What /proc says of a process")
struct ProcessStatusTests {
    @Test(
        "a name may hold anything",
        arguments: ["api", "my api", "a) S 1 (b", "((", "))", "two\nlines", "", "naïve", ") R 1 1 1", " "])
    func names(_ name: String) throws {
        let folder = try CraftedFolder()
        try folder.process(42, parent: 7, name: name)
        let status = try #require(try folder.proc.status(of: 42))
        #expect(status.name == name && status.pid == 42 && status.parent == 7 && status.state == "S")
        #expect(status.threads == 4 && status.startTicks == 5000)
        #expect(status.processorTime == 200 / ProcessStatus.ticksPerSecond)
        #expect(status.residentBytes == 25 * Double(sysconf(Int32(_SC_PAGESIZE))))
    }

    @Test("a name that is no text becomes text")
    func bytes() throws {
        let line =
            Array("9 (".utf8) + [0xFF, 0x29, 0xFE] + Array(") R 1 9 9 0 -1 0 0 0 0 0 1 1 1 1 20 0 1 0 5 6 7".utf8)
        #expect(ProcessStatus(line)?.name == "\u{FFFD})\u{FFFD}")
    }

    @Test("the largest numbers trap nothing")
    func huge() throws {
        let most = UInt64.max
        let line = "1 (x) R 0 1 1 0 -1 0 0 0 0 0 \(most) \(most) \(Int64.min) \(most) 20 0 1 0 \(most) \(most) \(most)"
        let status = try #require(ProcessStatus(Array(line.utf8)))
        #expect(status.startTicks == most && status.residentBytes > 1e19)
        #expect(ProcessTable([status]).tree(of: [1]) == [status])
    }

    @Test(
        "what is cut off or no such line is nothing",
        arguments: [
            "", "1", "1 (x", "1 (x)", "1 (x) S", "1 (x) S 1 1 1 0 -1 0 0 0 0 0 1 1 1 1 20 0 1 0", "x (y) S 1", ")(",
            "1 (x) S a 1 1 0 -1 0 0 0 0 0 1 1 1 1 20 0 1 0 5 6 7",
            "99999999999 (x) S 1 1 1 0 -1 0 0 0 0 0 1 1 1 1 20 0 1 0 5 6 7",
            "1 (x) S 1 1 1 0 -1 0 0 0 0 0 one 1 1 1 20 0 1 0 5 6 7",
        ])
    func malformed(_ line: String) { #expect(ProcessStatus(Array(line.utf8)) == nil) }

    @Test("a command line is its words, whatever is behind them")
    func commandLine() throws {
        let folder = try CraftedFolder()
        try folder.write("5/cmdline", "python3\0app.py\0\0--name\0\0\0\0")
        #expect(try folder.proc.commandLine(of: 5) == ["python3", "app.py", "", "--name"])
        try folder.write("6/cmdline", "")
        #expect(try folder.proc.commandLine(of: 6).isEmpty && folder.proc.commandLine(of: 7).isEmpty)
    }

    @Test("this very process is found as it is")
    func own() throws {
        let proc = ProcFS()
        let status = try #require(try proc.status(of: getpid()))
        #expect(status.parent == getppid() && !status.isZombie && status.residentBytes > 1e6 && status.threads >= 1)
        #expect(try proc.processes().contains(getpid()))
        #expect(try proc.commandLine(of: getpid()) == CommandLine.arguments)
        #expect(try proc.proportionalBytes(of: getpid()) ?? 1 > 0)
        let files = try #require(try proc.openFiles(of: getpid()))
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #expect(files.count >= 3 && files.limit == Int(exactly: limit.rlim_cur))
    }

    @Test("a process that has ended is nothing, in whatever way it is asked for")
    func gone() throws {
        let proc = ProcFS()
        let pid = Int32.max
        #expect(try proc.status(of: pid) == nil && proc.openFiles(of: pid) == nil)
        #expect(try proc.proportionalBytes(of: pid) == nil && proc.commandLine(of: pid).isEmpty)
    }

    @Test(
        "limits are read from their column",
        arguments: [
            ("Max open files            1024                 4096                 files     ", 1024),
            ("Max open files            unlimited            unlimited            files     ", nil),
            ("Max processes             5                    5                    processes ", nil), ("", nil),
            ("Max open files", nil),
        ] as [(String, Int?)])
    func limits(_ line: String, limit: Int?) {
        #expect(ProcFS.softLimit(named: "Max open files", in: "Limit  Soft Limit\n\(line)\n") == limit)
    }

    @Test("without any /proc there is an error and no crash")
    func nothing() {
        #expect(throws: FileError.self) { try ProcFS(root: "/nonexistent").table() }
    }
}
