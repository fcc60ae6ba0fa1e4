import Maintenance
import SystemPackage
import Testing

@testable import ConfigurationFiles

@Suite("How a service is controlled, and what becomes of its backups")
struct ServiceSettingsTests {
    private static let head = """
        services:
          api:
            url: http://127.0.0.1:5000
            databases: {main: {sqlite: a.db}}

        """

    private static let folders = "    backups: {daily: d, weekly: w, monthly: m}\n"

    private func service(_ lines: String) throws -> (Service?, Scratch) {
        let scratch = try Scratch.instance(["ronde.yaml": Self.head + lines])
        return (try scratch.loaded().services["api"], scratch)
    }

    @Test(
        "a service is controlled by a unit or by programs",
        arguments: [
            ("    control: {systemd: api}\n", ServiceControl.systemd(unit: "api.service")),
            (
                "    control: {start: [run, --port, '5000'], stop: [/bin/halt]}\n",
                .commands(ControlCommands(start: ["run", "--port", "5000"], stop: ["/bin/halt"]))
            ),
        ])
    func control(_ lines: String, _ expected: ServiceControl) throws {
        let (service, scratch) = try service(Self.folders + lines)
        var wanted = expected
        if case .commands(var commands) = expected {
            // They run in the folder of the file that names them.
            commands.folder = scratch.folder.string
            wanted = .commands(commands)
        }
        #expect(service?.control == wanted)
    }

    @Test("a program with a slash starts at the file's folder")
    func relativeProgram() throws {
        let (service, scratch) = try service(
            Self.folders + "    control: {start: [./up.sh], stop: [bin/down], status: [pgrep, x]}\n")
        #expect(
            service?.control
                == .commands(
                    ControlCommands(
                        start: [scratch.path("up.sh").string], stop: [scratch.path("bin/down").string],
                        status: ["pgrep", "x"], folder: scratch.folder.string)))
    }

    @Test("adopted folders, encryption and off-site places are read with their defaults")
    func backups() throws {
        let (service, scratch) = try service(
            """
                health: /api/health
                backups:
                  daily: d
                  weekly: w
                  monthly: m
                  adopted: [{folder: old, keep_daily: 3}]
                  encryption: {age: [age1abc, ssh-ed25519 AAAA], identity: key.txt}
                  offsite:
                    - name: nas
                      sftp: {host: nas, user: ronde, folder: /backups, identity: id, known_hosts: hosts}
                      bandwidth: 1MB
                    - {name: cloud, rclone: {remote: "s3:bucket/api"}, keep: {daily: 2, monthly: 0}}

            """)
        func path(_ name: String) -> String { scratch.path(name).string }
        #expect(service?.health == "/api/health")
        #expect(
            service?.backups
                == BackupSettings(
                    daily: path("d"), weekly: path("w"), monthly: path("m"),
                    adopted: [AdoptedFolder(folder: path("old"), keep: TierCounts(daily: 3, weekly: 0, monthly: 0))],
                    encryption: BackupEncryption(
                        method: .age(recipients: ["age1abc", "ssh-ed25519 AAAA"]), identityFile: path("key.txt")),
                    offsite: [
                        OffsiteTarget(
                            name: "nas",
                            place: .sftp(
                                SFTPPlace(
                                    host: "nas", user: "ronde", folder: "/backups", identityFile: path("id"),
                                    knownHostsFile: path("hosts"))),
                            bandwidth: ByteSize(bytes: 1_000_000)),
                        OffsiteTarget(
                            name: "cloud", place: .rclone(remote: "s3:bucket/api", config: nil),
                            keep: TierCounts(daily: 2, weekly: 0, monthly: 0)),
                    ]))
    }

    @Test(
        "what contradicts itself or holds a secret is refused at its place",
        arguments: [
            ("    control: {systemd: api, start: [a]}", "5:24", "not both"),
            ("    control: {start: [a]}", "5:14", "the key 'stop' is missing"),
            ("    control: {start: [], stop: [a]}", "5:22", "from 1 to 64"),
            ("    control: {start: [''], stop: [a]}", "5:22", "it is empty"),
            ("    control: {systemd: '-x'}", "5:24", "no name of a systemd unit"),
            ("    health: api", "5:13", "no path of a service"),
            ("    backups: {daily: d, weekly: w, monthly: m, encryption: {}}", "5:60", "exactly one of"),
            (
                "    backups: {daily: d, weekly: w, monthly: m, encryption: {age: [AGE-SECRET-KEY-1X]}}", "5:67",
                "a secret key"
            ),
            ("    backups: {daily: d, weekly: w, monthly: m, encryption: {age: [bob]}}", "5:67", "no recipient"),
            (
                "    backups: {daily: d, weekly: w, monthly: m, encryption: {gpg_passphrase_file: p, identity: i}}",
                "5:95", "GPG needs the passphrase only"
            ),
            ("    backups: {daily: d, weekly: w, monthly: m, adopted: [{folder: d}]}", "5:67", "is the folder of"),
            (
                "    backups: {daily: d, weekly: w, monthly: m, offsite: [{name: a, rclone: {remote: bucket}}]}",
                "5:85",
                "no remote of rclone"
            ),
            (
                "    backups: {daily: d, weekly: w, monthly: m, offsite: [{name: a, rclone: {remote: ':s3,key=x:b'}}]}",
                "5:85", "secrets are no part of this file"
            ),
            ("    backups: {daily: d, weekly: w, monthly: m, offsite: [{name: a}]}", "5:58", "exactly one of them"),
            (
                "    backups: {daily: d, weekly: w, monthly: m, offsite: "
                    + "[{name: a, sftp: {host: '-oProxyCommand=x', user: u, folder: f}}]}", "5:81", "no name of a host"
            ),
        ])
    func refused(_ lines: String, _ place: String, _ words: String) throws {
        let scratch = try Scratch.instance(["ronde.yaml": Self.head + lines + "\n"])
        let mistakes = scratch.mistakes()
        #expect(mistakes.contains { $0.contains("ronde.yaml:\(place): ") && $0.contains(words) }, "\(mistakes)")
    }

    @Test("a task's load becomes the programs before its own")
    func load() throws {
        let scratch = try Scratch.instance([
            "schedules/weekly.yaml":
                "checklist: weekly\nservice: api\ntasks: [{task: a, plugin: vacuum, nice: 10, ionice: idle}]\n"
        ])
        let load = try #require(try scratch.loaded().checklists.first?.tasks.first?.load)
        #expect(load == TaskLoad(nice: 10, disk: .idle))
        #expect(load.diskPrefix == ["/usr/bin/ionice", "-c", "3", "-t"])
        #expect(TaskLoad.usual.diskPrefix.isEmpty)
    }
}
