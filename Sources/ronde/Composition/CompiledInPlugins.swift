import AnalyzePlugin
import ApprovalPlugin
import BackupPlugin
import CommandPlugin
import DiskPlugin
import DrillPlugin
import EndpointsPlugin
import ExportPlugin
import HealthPlugin
import HostPlugin
import IntegrityPlugin
import ManualPlugin
import MonitorPlugin
import OffsitePlugin
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
        BackupPlugin.self,
        CommandPlugin.self,
        DiskPlugin.self,
        DrillPlugin.self,
        EndpointsPlugin.self,
        ExportPlugin.self,
        HealthPlugin.self,
        HostPlugin.self,
        IntegrityPlugin.self,
        ManualPlugin.self,
        MonitorPlugin.self,
        OffsitePlugin.self,
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
