import DurableFiles
import Foundation
import Glibc
import ProcFS
import SystemPackage

/// Where the plugin gets what it knows of the machine; tests have machines of their own.
struct HostSources: Sendable {
    var proc = ProcFS()
    /// Where control groups are mounted.
    var groups: FilePath = "/sys/fs/cgroup"
    /// What packages leave behind that want the machine to be started again.
    var rebootRequired: FilePath = "/run/reboot-required"
    var processors = max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1)
    var kernelClock: @Sendable () -> KernelClock? = { KernelClock.read() }
    var now: @Sendable () -> Date = { Date() }
    /// How long after the first look at processes comes the second.
    var pause = Duration.seconds(1)
}
