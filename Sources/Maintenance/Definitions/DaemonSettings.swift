/// How the daemon of an instance goes about its work.
package struct DaemonSettings: Hashable, Sendable {
    /// How many checklists run at once, at least 1; others wait, those that were due first coming first.
    package var checklistsAtOnce: Int

    package init(checklistsAtOnce: Int = 8) { self.checklistsAtOnce = checklistsAtOnce }
}
