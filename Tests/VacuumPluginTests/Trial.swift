import VacuumPlugin
import DatabasePluginTesting

/// A try at the plugin of these tests.
typealias Plugin = VacuumPlugin
typealias Trial = PluginTrial<VacuumPlugin>
