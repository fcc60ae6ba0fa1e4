/// The words that stand for a whole expression, as in Debian's crontab(5).
enum CronAlias {
    private static let expressions = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]

    static let names = "@hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually"

    /// The five fields that the word stands for.
    ///
    /// - Throws: ``CronSyntaxError/Problem/unknownAlias`` or ``CronSyntaxError/Problem/refusedAlias(_:)``.
    static func expression(for word: CronText) throws(CronSyntaxError) -> String {
        // Only ASCII letters are folded: U+212A, the Kelvin sign, is no k.
        let name = word.upperCased.lowercased()
        if let expression = expressions[name] { return expression }
        switch name {
        case "@reboot":
            throw word.error(
                .alias,
                .refusedAlias(
                    "it names no instant, but the start of the machine; let the service manager run it at boot"))
        case "@every":
            throw word.error(
                .alias,
                .refusedAlias(
                    "an interval without a first instant has no fixed times; write for example */5 * * * *"))
        default:
            throw word.error(.alias, .unknownAlias)
        }
    }
}
