package dev.homing.activities.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.homing.activities.Setting;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationPolicyTest {
  @ParameterizedTest
  @CsvSource({
    "10.1.2.3, 10.1.2.3, 443",
    "10.0.0.0/8, 10.1.2.3, 443",
    "10.0.0.0/8:8443, 10.1.2.3, 8443",
    "10.0.0.0/8:8443, 10.1.2.3, 0",
    "'192.168.0.0/16,fd00::/8', fd00::1, 443",
  })
  void allowsListedAddresses(String allow, String address, int port) {
    assertThat(policy(allow, "").listedAddresses().allows(address(address, port))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "'', 10.1.2.3, 443",
    "10.0.0.0/8, 11.1.2.3, 443",
    "10.0.0.0/8:8443, 10.1.2.3, 8444",
  })
  void refusesAddressesOutsideTheList(String allow, String address, int port) {
    assertThat(policy(allow, "").listedAddresses().allows(address(address, port))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.2.0/24, 10.1.2.3, 443, false",
    "10.1.2.0/24, 10.1.3.3, 443, true",
    "10.1.2.3:8080, 10.1.2.3, 8080, false",
    "10.1.2.3:8080, 10.1.2.3, 8081, true",
    "10.1.2.3:8080, 10.1.2.3, 0, true",
  })
  void deniesAddressesEvenIfListed(String deny, String address, int port, boolean allowed) {
    assertThat(policy("10.0.0.0/8", deny).listedAddresses().allows(address(address, port)))
        .isEqualTo(allowed);
  }

  @Test
  void deniesPublicAddresses() {
    Destinations destinations = policy("", "34.118.224.0/20").publicAddresses();

    assertThat(destinations.allows(address("34.118.224.9", 443))).isFalse();
    assertThat(destinations.allows(address("34.118.240.1", 443))).isTrue();
  }

  @Test
  void listedAddressesAreNotPublic() {
    DestinationPolicy policy = policy("10.0.0.0/8", "");

    assertThat(policy.publicAddresses().allows(address("10.1.2.3", 443))).isFalse();
    assertThat(policy.listedAddresses().allows(address("8.8.8.8", 443))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "64:ff9b::808:808, true",
    "64:ff9b::7f00:1, false",
    "64:ff9b::a01:203, true",
    "64:ff9b::a02:203, false",
  })
  void judgesAddressesEmbeddedInAListedRangeByThemselves(String address, boolean allowed) {
    assertThat(
            policy("64:ff9b::/96,10.1.0.0/16", "").listedAddresses().allows(address(address, 443)))
        .isEqualTo(allowed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "::1"})
  void allowsListingTheWholeLoopback(String address) {
    DestinationSettings none = new DestinationSettings("", "", false, "");

    assertThat(
            new DestinationPolicy(none, true, new OwnPorts())
                .listedAddresses()
                .allows(address(address, 9999)))
        .isTrue();
    assertThat(
            new DestinationPolicy(none, false, new OwnPorts())
                .listedAddresses()
                .allows(address(address, 9999)))
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "printer.local",
        "metadata.google.internal",
        "router.home.arpa",
        "receiver",
      })
  void internalNamesAreNotPublic(String name) {
    assertThat(policy("", "").publicAddresses().allowsName(name)).isFalse();
    assertThat(policy("10.0.0.0/8", "").listedAddresses().allowsName(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"example.com", "local.example.com", "internal.example", "mylocal.dev"})
  void otherNamesArePublic(String name) {
    assertThat(policy("", "").publicAddresses().allowsName(name)).isTrue();
  }

  @Test
  void neverCallsItsOwnPorts() throws SocketException {
    OwnPorts own = new OwnPorts();
    own.add(8080);
    DestinationSettings all = new DestinationSettings("0.0.0.0/0,::/0", "", false, "");
    Destinations listed = new DestinationPolicy(all, true, own).listedAddresses();
    Stream<String> interfaces =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .map(address -> address.getHostAddress().replaceFirst("%.*", ""))
            .filter(address -> !address.startsWith("fe80:"));

    assertThat(
            Stream.concat(interfaces, Stream.of("127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::")))
        .allSatisfy(
            address -> {
              assertThat(listed.allows(address(address, 8080))).isFalse();
              assertThat(listed.allows(address(address, 8081))).isTrue();
            });
    assertThat(listed.allows(address("10.255.1.2", 8080))).isTrue();
  }

  @Test
  void invalidRangeStopsTheStart() {
    assertThatThrownBy(() -> policy("", "10.0.0.1/8"))
        .isInstanceOf(Setting.Invalid.class)
        .hasMessageStartingWith("homing.destinations.deny is wrong (10.0.0.1/8 has bits set");
  }

  private static DestinationPolicy policy(String allow, String deny) {
    return new DestinationPolicy(
        new DestinationSettings(allow, deny, false, ""), false, new OwnPorts());
  }

  private static InetSocketAddress address(String literal, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
  }
}
