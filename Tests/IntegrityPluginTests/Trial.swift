import IntegrityPlugin
import DatabasePluginTesting

/// A try at the plugin of these tests.
typealias Plugin = IntegrityPlugin
typealias Trial = PluginTrial<IntegrityPlugin>
