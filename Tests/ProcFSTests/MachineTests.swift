import DurableFiles
import Foundation
import SystemPackage
import Testing

@testable import ProcFS

@Suite("What /proc says of the machine")
struct MachineTests {
    @Test("memory, load and uptime are read in their units")
    func crafted() throws {
        let folder = try CraftedFolder()
        try folder.write(
            "meminfo", "MemTotal:  2000 kB\nMemFree: 10 kB\nMemAvailable: 500 kB\nSwapTotal: 100 kB\nSwapFree: 40 kB\n")
        try folder.write("loadavg", "0.50 1.25 2.00 1/234 5678\n")
        try folder.write("uptime", "12345.67 99999.99\n")
        try folder.write("sys/kernel/random/boot_id", "0b9c-4a\n")
        let proc = folder.proc
        #expect(
            try proc.memory()
                == MemoryFacts(total: 2_048_000, available: 512_000, swapTotal: 102_400, swapFree: 40_960))
        #expect(try proc.load()?.fiveMinutes == 1.25 && proc.load()?.fifteenMinutes == 2)
        #expect(try proc.uptime() == 12_345.67 && proc.bootID() == "0b9c-4a")
    }

    @Test(
        "what is missing or cut off is not known",
        arguments: ["", "MemTotal:", "MemTotal: x kB", "1 2", "nan -1 inf", "-5"])
    func malformed(_ text: String) throws {
        let folder = try CraftedFolder()
        for name in ["meminfo", "loadavg", "uptime"] { try folder.write(name, text) }
        #expect(try folder.proc.memory() == nil && folder.proc.load() == nil && folder.proc.bootID() == nil)
        if text != "1 2" { #expect(try folder.proc.uptime() == nil) }
    }

    @Test("this machine tells all of it")
    func real() throws {
        let proc = ProcFS()
        let memory = try #require(try proc.memory())
        #expect(memory.total > 1e7 && memory.available > 0 && memory.available <= memory.total)
        #expect(try proc.load() != nil && proc.uptime() ?? 0 > 0 && proc.bootID()?.count == 36)
    }

    @Test("a mount's words are read through their escapes, whatever stands between")
    func mounts() throws {
        let folder = try CraftedFolder()
        try folder.write(
            "self/mountinfo",
            #"""
            36 35 98:0 / /mnt/my\040disk rw,noatime master:1 shared:2 - ext4 /dev/sd\134a rw
            37 35 98:0 / / rw - tmpfs none rw
            38 35 98:0 / /cut rw
            x 35 98:0 / / rw - tmpfs none rw
            39 35 98:0 / /bad\9zz rw - fuse.sshfs host:/ rw

            """#)
        let mounts = try folder.proc.mounts()
        #expect(mounts.map(\.id) == [36, 37, 39])
        #expect(mounts.map(\.point) == ["/mnt/my disk", "/", "/bad\\9zz"])
        #expect(mounts[0].source == #"/dev/sd\a"# && mounts[0].kind == "ext4" && mounts[2].kind == "fuse.sshfs")
    }

    @Test("the mount of an open file is one of the list")
    func ownMount() throws {
        let proc = ProcFS()
        let file = try FileDescriptor.open("/", .readOnly)
        defer { try? file.close() }
        let id = try #require(try proc.mountID(ofDescriptor: file.rawValue))
        #expect(try proc.mounts().first { $0.id == id }?.point == "/")
        #expect(try proc.mountID(ofDescriptor: 1_000_000) == nil)
    }

    @Test("the tightest group above counts, in both versions", arguments: [true, false])
    func groups(isVersion2: Bool) throws {
        let folder = try CraftedFolder()
        try folder.write(
            "self/cgroup", isVersion2 ? "0::/app.slice/api\n" : "5:pids:/\n4:memory:/app.slice/api\n1:name=systemd:/\n")
        let top = isVersion2 ? "cg" : "cg/memory"
        let (limit, used, cache) =
            isVersion2
            ? ("memory.max", "memory.current", "inactive_file")
            : ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        #expect(try folder.proc.memoryLimit(groups: folder.root.appending("cg")) == nil)
        try folder.write("\(top)/app.slice/api/\(limit)", isVersion2 ? "max\n" : "9223372036854771712\n")
        try folder.write("\(top)/app.slice/api/\(used)", "100\n")
        try folder.write("\(top)/app.slice/\(limit)", "1000\n")
        try folder.write("\(top)/app.slice/\(used)", "900\n")
        try folder.write("\(top)/app.slice/memory.stat", "anon 5\n\(cache) 50\n")
        let found = try folder.proc.memoryLimit(groups: folder.root.appending("cg"))
        #expect(found == MemoryLimit(limit: 1000, available: 150))
    }

    @Test("in a container whose path is the host's, the limit at the top counts")
    func container() throws {
        let folder = try CraftedFolder()
        try folder.write("self/cgroup", "0::/../../docker/0123\nbroken\n::\n")
        try folder.write("cg/memory.max", "500")
        try folder.write("cg/memory.current", "600")
        let found = try folder.proc.memoryLimit(groups: folder.root.appending("cg"))
        #expect(found == MemoryLimit(limit: 500, available: 0))
    }
}
