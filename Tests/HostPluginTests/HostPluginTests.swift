import DatabasePluginTesting
import DurableFiles
import Foundation
import Maintenance
import PluginKit
import Testing

@testable import HostPlugin

@Suite("The host plugin")
struct HostPluginTests {
    @Test("a machine that is well is told in one line")
    func well() async throws {
        let (result, events) = try await Machine().run()
        #expect(
            result == TaskResult(.ok, "load 0.2 per processor, 8.19 GB of 16.4 GB memory available, up 10 days"),
            "\(result.summary)")
        #expect(measured("load.1m", events)?.value == 0.1 && measured("load.15m", events)?.value == 0.3)
        #expect(measured("memory.available", events)?.value == 8_192_000_000)
        #expect(measured("memory.available_share", events)?.value == 50)
        #expect(measured("uptime", events)?.value == 864_000 && measured("stuck_processes", events)?.value == 0)
        #expect(measured("swap.used", events) == nil && measured("clock.synchronised", events)?.value == 1)
    }

    @Test("this very machine can be looked at")
    func real() async throws {
        let record = try await PluginTrial<HostPlugin>().perform("{load_warning: 1000, load_critical: 1000}")
        #expect(record.measured("memory.available") ?? 0 > 0 && record.measured("load.5m") != nil)
        #expect(record.measured("uptime") ?? 0 > 0 && record.outcome != .unknown, "\(record.summary)")
    }

    @Test(
        "load, memory and swap are judged by their limits",
        arguments: [
            ("loadavg", "99 8.00 1.00", Outcome.ok, ""),
            ("loadavg", "0 8.10 1.00", .warning, "the last 5 minutes was 8.1"),
            ("loadavg", "0 0 20.10", .critical, "the last 15 minutes was 20.1"),
            ("meminfo", "MemTotal: 1000 kB\nMemAvailable: 100 kB\n", .ok, ""),
            (
                "meminfo", "MemTotal: 1000 kB\nMemAvailable: 99 kB\n", .warning,
                "only 101 kB of 1.02 MB memory available (9.9%)"
            ),
            ("meminfo", "MemTotal: 1000 kB\nMemAvailable: 49 kB\n", .critical, "(4.9%)"),
            (
                "meminfo", "MemTotal: 1000 kB\nMemAvailable: 900 kB\nSwapTotal: 100 kB\nSwapFree: 39 kB", .warning,
                "swap used (61%)"
            ),
            (
                "meminfo", "MemTotal: 1000 kB\nMemAvailable: 900 kB\nSwapTotal: 100 kB\nSwapFree: 9 kB", .critical,
                "swap used (91%)"
            ),
            ("meminfo", "", .ok, ""), ("loadavg", "x", .ok, ""),
        ])
    func limits(_ file: String, _ text: String, outcome: Outcome, words: String) async throws {
        let machine = try Machine()
        try machine.write("proc/\(file)", text)
        let (result, _) = try await machine.run()
        #expect(result.outcome == outcome && (words.isEmpty || result.summary.contains(words)), "\(result.summary)")
    }

    @Test("a control group's limit counts where it leaves less than the machine has")
    func controlGroup() async throws {
        let machine = try Machine()
        try machine.write("proc/self/cgroup", "0::/ronde\n")
        try machine.write("cg/ronde/memory.max", "1000000000\n")
        try machine.write("cg/ronde/memory.current", "960000000\n")
        let (result, events) = try await machine.run()
        #expect(
            result.outcome == .critical && result.summary.contains("40.0 MB of 1.00 GB memory of its control group"))
        #expect(measured("memory.available", events)?.value == 40_000_000)
    }

    @Test("processes that wait for a device in both looks are counted and named")
    func stuck() async throws {
        let machine = try Machine()
        for pid in 100..<107 {
            let fields = "1 1 1 0 -1 0 0 0 0 0 1 1 1 1 20 0 1 0 5 6 7"
            try machine.write("proc/\(pid)/stat", "\(pid) (rsync\n\(pid)) \(pid < 106 ? "D" : "S") \(fields)")
        }
        let (result, events) = try await machine.run()
        #expect(result.outcome == .warning && measured("stuck_processes", events)?.value == 6)
        #expect(
            result.summary.contains("6 processes wait for a device: rsync 100 (100), rsync 101 (101)"),
            "\(result.summary)")
        #expect(!result.summary.contains("\n") && result.summary.contains("…"))
        #expect(try await machine.run("stuck_warning: 6").result.outcome == .ok)
    }

    @Test("a reboot is told once, after it, and a dry run does not use it up")
    func reboot() async throws {
        let machine = try Machine()
        #expect(try await machine.run().result.outcome == .ok)
        #expect(try await machine.run().result.outcome == .ok)
        try machine.write("proc/sys/kernel/random/boot_id", "0002\n")
        try machine.write("proc/uptime", "300.00 1.00\n")
        for isDryRun in [true, false] {
            let (result, _) = try await machine.run(isDryRun: isDryRun)
            #expect(result.outcome == .warning && result.summary.hasPrefix("the machine was started again 5 min ago"))
        }
        #expect(try await machine.run().result.outcome == .ok)
        try machine.write("proc/sys/kernel/random/boot_id", "0003\n")
        let (result, _) = try await machine.run("after_reboot: ok")
        #expect(result.outcome == .ok && result.summary.hasSuffix("up 5 min, started again since the last run"))
    }

    @Test("a dry run keeps nothing, and what cannot be kept costs no report")
    func state() async throws {
        let machine = try Machine()
        _ = try await machine.run(isDryRun: true)
        #expect(try Folder.entries(of: machine.state).isEmpty)
        try machine.remove("state")
        try machine.write("state", "a file")
        let (result, events) = try await machine.run()
        #expect(result.outcome == .ok)
        #expect(events.contains { if case .log(let line) = $0 { line.level == .warning } else { false } })
    }

    @Test("an update that waits for a reboot is told with its packages")
    func pending() async throws {
        let machine = try Machine()
        try machine.write("reboot-required", "*** System restart required ***\n")
        #expect(try await machine.run().result.summary.contains("an update has been waiting"))
        try machine.write("reboot-required.pkgs", "linux-base\nlinux-base\nlibc6\ndbus\nopenssl\n")
        let (result, events) = try await machine.run()
        #expect(
            result.outcome == .warning && result.summary.contains("an update of dbus, libc6, linux-base, … has been"))
        #expect(measured("reboot_pending", events) != nil)
        #expect(try await machine.run("pending_reboot: ok").result.outcome == .ok)
    }

    @Test("a clock that nothing keeps right is a finding; a kernel that does not tell is none")
    func clock() async throws {
        let machine = try Machine()
        machine.sources.kernelClock = { KernelClock(isSynchronised: false, largestError: 16) }
        let (result, events) = try await machine.run()
        #expect(result.outcome == .warning && result.summary.hasPrefix("nothing keeps the clock right; start chrony"))
        #expect(measured("clock.synchronised", events)?.value == 0)
        #expect(try await machine.run("unsynchronised: ok").result.outcome == .ok)
        machine.sources.kernelClock = { nil }
        #expect(try await machine.run().result.outcome == .ok)
        #expect(KernelClock.read()?.largestError ?? 0 >= 0)
    }

    @Test(
        "parameters that cannot be right are refused",
        arguments: [
            "{load_warning: 6}", "{memory_critical: 20%}", "{swap_critical: 101%}", "{clock_critical: 1s}",
            "{time_server_limit: 0s}", "{time_server: 'ftp://x'}", "{time_server: 'a:b'}", "{time_server: ':123'}",
            "{time_server: '[::1'}", "{time_server: 'host:0'}", "{time_server: 'host:70000'}", "{time_server: 'a/b'}",
        ])
    func refused(_ parameters: String) async throws {
        let record = try await PluginTrial<HostPlugin>().perform(parameters)
        #expect(record.outcome == .unknown && record.measurements.isEmpty, "\(record.summary)")
    }
}
