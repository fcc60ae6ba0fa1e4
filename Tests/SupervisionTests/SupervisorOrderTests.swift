import DurableFiles
import Supervision
import SystemPackage
import Testing

/// The way of an order through the arguments of a process.
struct SupervisorOrderTests {
    @Test(
        "an order survives the way through arguments",
        arguments: [
            SupervisorOrder(program: ["/bin/true"], grace: .seconds(10)),
            SupervisorOrder(
                program: ["/a program", "--", "--grace", ""], grace: .milliseconds(1), nice: 19,
                purpose: "--lock é \n",
                locks: [WorkLock(of: "/a=b/c d.lock", mode: .shared), WorkLock(of: "/x", mode: .exclusive)]
            ),
            SupervisorOrder(program: ["/bin/sh"], grace: .zero, purpose: ""),
            SupervisorOrder(
                program: ["/x"], grace: .zero,
                confinement: Confinement(
                    memory: 1 << 40, processorTime: 3, user: ProgramUser(named: "root"), hasNoInput: true)),
        ])
    func roundTrip(order: SupervisorOrder) throws {
        #expect(try SupervisorOrder(arguments: order.arguments) == order)
    }

    @Test(
        "anything else is refused, by its name",
        arguments: [
            ([], "--"), (["--"], "--"), (["/bin/true"], "/bin/true"), (["--grace", "-1", "--", "/x"], "--grace"),
            (["--grace", "nan", "--", "/x"], "--grace"), (["--nice", "20", "--", "/x"], "--nice"),
            (["--lock", "both=/x", "--", "/x"], "--lock"), (["--lock", "/x", "--", "/x"], "--lock"),
            (["--purpose"], "--purpose"), (["--size", "3", "--", "/x"], "--size"),
            (["--memory", "0", "--", "/x"], "--memory"), (["--memory", "8MB", "--", "/x"], "--memory"),
            (["--processor-time", "0", "--", "/x"], "--processor-time"), (["--input", "all", "--", "/x"], "--input"),
            (["--user", "nobody", "--", "/x"], "--user"), (["--user", "1:1:", "--", "/x"], "--user"),
            (["--user", "-1:1:1", "--", "/x"], "--user"), (["--user", "0:0:0,x", "--", "/x"], "--user"),
        ] as [([String], String)])
    func refused(arguments: [String], name: String) {
        let failure = #expect(throws: SupervisorFailure.self) { try SupervisorOrder(arguments: arguments) }
        #expect(failure == .order(name))
        #expect(failure?.status == 64)
    }
}
