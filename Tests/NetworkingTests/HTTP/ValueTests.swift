import Networking
import Testing

@Suite("HTTP values")
struct ValueTests {
    @Test("headers are found by ASCII case only")
    func names() {
        var headers: HTTPHeaders = ["X-Key": "1", "x-key": "2"]
        headers.append(name: "Other", value: "3")
        #expect(headers["X-KEY"] == "1" && headers.values(for: "x-KEY") == ["1", "2"] && headers["oTHER"] == "3")
        // The Kelvin sign, which Unicode's lower case makes a "k".
        #expect(headers["X-\u{212A}ey"] == nil)
        #expect(HTTPHeaders([("A", "1"), ("A", "2")]).fields.count == 2)
    }

    @Test("durations are the steps between the phases that were reached")
    func durations() {
        let secure = HTTPPhases(
            nameLookup: .milliseconds(1), connect: .milliseconds(3), tls: .milliseconds(10),
            firstByte: .milliseconds(50), total: .milliseconds(60)
        ).durations
        #expect(secure.nameLookup == .milliseconds(1) && secure.connect == .milliseconds(2))
        #expect(secure.tls == .milliseconds(7) && secure.waiting == .milliseconds(40))
        #expect(secure.receiving == .milliseconds(10))

        let broken = HTTPPhases(nameLookup: .milliseconds(1), connect: .milliseconds(3), total: .seconds(2)).durations
        #expect(broken.tls == nil && broken.waiting == nil && broken.receiving == nil)
    }

    @Test(
        "a failure is one sentence: where, what, and what to look at",
        arguments: [
            (HTTPFailure.Kind.unresolvedName, "the host name has no address; check its spelling"),
            (.connectionRefused, "connection refused, nothing listens there; check that the service runs"),
            (.timedOut(while: .waiting, limit: .seconds(2)), "no complete reply within 2 s, the request was sent and"),
            (.timedOut(while: .connecting, limit: .milliseconds(1500)), "within 1500 ms, the connection was not"),
            (.tls(.expired, reason: "too old"), "(too old); check the dates of the certificate"),
            (.bodyTooLarge(limit: 10), "larger than 10 bytes; check the path, or raise the body limit"),
            (.emptyReply, "closed without a reply; check the service's log"),
            (.tooManyRedirects(limit: 5), "still redirected after 5 redirects; check the service"),
        ])
    func sentence(_ kind: HTTPFailure.Kind, says fragment: String) {
        let failure = HTTPFailure(kind, url: "http://u:p@h:1/x?y=z", redirectedTo: "https://v:w@k/")
        #expect(failure.description.hasPrefix("http://***@h:1/x?y=z (redirected to https://***@k/): "))
        #expect(failure.description.contains(fragment), "\(failure)")
        #expect(failure == HTTPFailure(kind, url: "http://***@h:1/x?y=z", redirectedTo: "https://***@k/"))
    }
}
