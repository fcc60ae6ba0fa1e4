import AnalyzePlugin
import ApprovalPlugin
import BackupAgePlugin
import BackupPlugin
import CleanupPlugin
import CommandPlugin
import DiskPlugin
import DrillPlugin
import EndpointsPlugin
import ExportPlugin
import HealthPlugin
import HostPlugin
import IntegrityPlugin
import LogsPlugin
import ManualPlugin
import MonitorPlugin
import OffsitePlugin
import PermissionsPlugin
import PluginKit
import ProcessPlugin
import PrunePlugin
import ServicePlugin
import StatsPlugin
import VacuumPlugin

/// The plugins that are part of this build.
enum CompiledInPlugins {
    static let all: [any TaskPlugin.Type] = [
        AnalyzePlugin.self,
        ApprovalPlugin.self,
        BackupAgePlugin.self,
        BackupPlugin.self,
        CleanupPlugin.self,
        CommandPlugin.self,
        DiskPlugin.self,
        DrillPlugin.self,
        EndpointsPlugin.self,
        ExportPlugin.self,
        HealthPlugin.self,
        HostPlugin.self,
        IntegrityPlugin.self,
        LogsPlugin.self,
        ManualPlugin.self,
        MonitorPlugin.self,
        OffsitePlugin.self,
        PermissionsPlugin.self,
        ProcessPlugin.self,
        PrunePlugin.self,
        ServicePlugin.self,
        StatsPlugin.self,
        VacuumPlugin.self,
    ]

    /// The `plugin.yaml` of each, by name.
    static var manifests: [String: [UInt8]] {
        Dictionary(all.map { ($0.name, $0.manifest) }, uniquingKeysWith: { first, _ in first })
    }
}
