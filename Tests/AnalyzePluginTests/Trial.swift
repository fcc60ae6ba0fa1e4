import AnalyzePlugin
import DatabasePluginTesting

/// A try at the plugin of these tests.
typealias Plugin = AnalyzePlugin
typealias Trial = PluginTrial<AnalyzePlugin>
