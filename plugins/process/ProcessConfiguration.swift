import Maintenance
import PluginKit
import SystemPackage

/// What a checklist may say of the service's process.
package struct ProcessConfiguration: Decodable, Sendable {
    var port: Int?
    var pidFile: String?
    var unit: String?
    var name: String?
    var command: String?
    var cpuWarning: Percentage?
    var cpuCritical: Percentage?
    var memoryWarning: ByteSize?
    var memoryCritical: ByteSize?
    var filesWarning: Percentage
    var filesCritical: Percentage
    var restartsWarning: Int
    var sample: TimeSpan

    enum CodingKeys: String, CodingKey {
        case port, unit, name, command, sample
        case pidFile = "pid_file"
        case cpuWarning = "cpu_warning"
        case cpuCritical = "cpu_critical"
        case memoryWarning = "memory_warning"
        case memoryCritical = "memory_critical"
        case filesWarning = "files_warning"
        case filesCritical = "files_critical"
        case restartsWarning = "restarts_warning"
    }

    /// - Throws: ``TaskFailure`` where parameters cannot be right.
    func check() throws(TaskFailure) {
        guard sample.duration >= .milliseconds(100), sample.duration <= .seconds(60) else {
            throw TaskFailure(.unknown, "sample: \(sample) is not from 100ms to 1m")
        }
        guard filesCritical >= filesWarning, filesCritical.percent <= 100 else {
            throw TaskFailure(
                .unknown, "files_critical (\(filesCritical)) must be from files_warning (\(filesWarning)) to 100%")
        }
    }

    /// Where the process is looked for: what the one parameter says, or else the port of the service's url.
    ///
    /// - Throws: ``TaskFailure`` where there are several, or none.
    func target(of service: Service) throws(TaskFailure) -> ProcessTarget {
        var targets: [(name: String, target: ProcessTarget)] = []
        if let port { targets.append(("port", .port(port))) }
        if let pidFile { targets.append(("pid_file", .pidFile(FilePath(pidFile)))) }
        if let unit { targets.append(("unit", .unit(unit))) }
        if let name { targets.append(("name", .name(name))) }
        if let command { targets.append(("command", .command(CommandPattern(command)))) }
        guard targets.count <= 1 else {
            let names = targets.map(\.name).joined(separator: ", ")
            throw TaskFailure(.unknown, "\(names): each finds the process by itself; leave all but one out")
        }
        if let named = targets.first?.target { return named }
        return .port(try ServicePort.of(service))
    }

    func limits(of service: Service) throws(TaskFailure) -> ProcessLimits {
        let cpu = cpuWarning ?? service.thresholds.cpu ?? Percentage(percent: 80)
        let memory = memoryWarning ?? service.thresholds.memory ?? ByteSize(bytes: 500_000_000)
        if let cpuCritical, cpuCritical < cpu {
            throw TaskFailure(
                .unknown, "cpu_critical (\(cpuCritical)) comes before the warning (\(cpu)); change one of them")
        }
        if let memoryCritical, memoryCritical < memory {
            throw TaskFailure(
                .unknown, "memory_critical (\(memoryCritical)) comes before the warning (\(memory)); change one of them"
            )
        }
        return ProcessLimits(
            cpuWarning: cpu, cpuCritical: cpuCritical, memoryWarning: memory, memoryCritical: memoryCritical,
            filesWarning: filesWarning, filesCritical: filesCritical, restartsWarning: restartsWarning)
    }
}

/// By what the process is judged.
struct ProcessLimits {
    let cpuWarning: Percentage
    let cpuCritical: Percentage?
    let memoryWarning: ByteSize
    let memoryCritical: ByteSize?
    let filesWarning: Percentage
    let filesCritical: Percentage
    let restartsWarning: Int
}
