import HostTasks
import Maintenance
import PluginKit

/// Whether the clock is right, as the kernel sees it and as a server says.
struct ClockCheck {
    let limits: HostConfiguration
    let sources: HostSources

    func synchronisation(into report: inout HostReport) {
        guard let clock = sources.kernelClock() else {
            return report.log(.info, "the kernel does not tell here whether the clock is synchronised")
        }
        report.measurements.append(TaskMeasurement("clock.synchronised", clock.isSynchronised ? 1 : 0, .count))
        guard !clock.isSynchronised else {
            return report.log(
                .info, "the clock is synchronised, by the kernel to \(Words.number(clock.largestError, 3)) s")
        }
        let words = "nothing keeps the clock right"
        report.log(.info, words)
        report.findings.add(
            limits.unsynchronised, "\(words); start chrony or systemd-timesyncd ('timedatectl set-ntp true')")
    }

    /// Asks the server; one that does not answer is a finding, as somebody wanted it to be asked.
    func compare(with server: TimeServer, in context: TaskContext, into report: inout HostReport) async {
        let patience = min(limits.timeServerLimit.duration, ContinuousClock.now.duration(to: context.workDeadline))
        do throws(NoTime) {
            let offset = try await server.offset(within: patience)
            let distance = offset.seconds.magnitude
            // A slow answer proves no more than how slow it was.
            let limit = limits.clockWarning.seconds
            guard offset.uncertainty <= limit || distance - offset.uncertainty > limit else {
                let words = "\(server) answered too slowly to tell how right the clock is"
                return report.findings.add(.warning, "\(words), to \(Self.length(offset.uncertainty)) either way")
            }
            let side = offset.seconds > 0 ? "behind" : "ahead of"
            let words = "the clock is \(Self.length(distance)) \(side) \(server)"
            report.add(
                TaskMeasurement(
                    "clock.offset", (distance * 1e6).rounded() / 1e6, .seconds,
                    warning: .above(limits.clockWarning.seconds), critical: .above(limits.clockCritical.seconds)),
                "\(words); set it, and see why nothing keeps it right")
            report.log(.info, "\(words), to \(Self.length(offset.uncertainty)) either way")
        } catch {
            report.findings.add(.warning, "\(server) did not tell the time: \(error)")
        }
    }

    private static func length(_ seconds: Double) -> String {
        seconds < 120 ? "\(Words.number(seconds, seconds < 10 ? 3 : 0)) s" : Words.span(seconds)
    }
}
