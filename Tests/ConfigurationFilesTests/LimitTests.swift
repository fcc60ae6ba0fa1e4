import Glibc
import Maintenance
import Testing

@testable import ConfigurationFiles

@Suite("Limits of programs")
struct LimitTests {
    @Test("a task's limits come before those of its plugin")
    func both() throws {
        let scratch = try Scratch.instance([
            "plugins/disk/plugin.yaml": Samples.disk + "memory: 100MiB\ncpu_time: 90s\n",
            "schedules/daily.yaml": """
            checklist: daily
            service: api
            tasks:
              - {task: usual, plugin: disk}
              - {task: large, plugin: disk, memory: 1GiB}
            """,
        ])
        let instance = try scratch.loaded()
        let tasks = try #require(instance.checklist(named: "daily")).tasks
        let usual = ProgramLimits(memory: ByteSize(bytes: 100 << 20), processorTime: TimeSpan(.seconds(90)))
        #expect(tasks.map(\.limits.memory?.bytes) == [100 << 20, 1 << 30])
        #expect(tasks[0].limits == usual)
    }

    @Test("root may name a user that there is", .enabled(if: geteuid() == 0))
    func user() throws {
        let scratch = try Scratch.instance(["plugins/disk/plugin.yaml": Samples.disk + "user: nobody\n"])
        #expect(try scratch.loaded().plugins["disk"]?.limits.user == "nobody")
        try scratch.write("plugins/disk/plugin.yaml", Samples.disk + "user: no-such-user\n")
        #expect(
            scratch.mistakes() == [
                "plugins/disk/plugin.yaml:4:7: error: 'user': there is no user 'no-such-user' on this machine"
            ])
        try scratch.write("plugins/disk/plugin.yaml", Samples.disk + "user: nobody\nstate: true\n")
        #expect(scratch.mistakes().map { $0.contains("another user may not go into Ronde's state folder") } == [true])
    }

    @Test("who is not root cannot name a user", .enabled(if: geteuid() != 0))
    func noUser() throws {
        let scratch = try Scratch.instance(["plugins/disk/plugin.yaml": Samples.disk + "user: nobody\n"])
        #expect(scratch.mistakes().map { $0.contains("only root can run a program as 'nobody'") } == [true])
    }
}
