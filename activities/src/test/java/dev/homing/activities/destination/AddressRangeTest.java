package dev.homing.activities.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.255.255, 11.0.0.0, 0",
    "10.1.2.3, 10.1.2.3, 10.1.2.2, 0",
    "10.1.2.3:8443, 10.1.2.3, 10.1.2.4, 8443",
    "172.16.0.0/12:443, 172.31.0.1, 172.32.0.1, 443",
    "0.0.0.0/0, 255.255.255.255, ::1, 0",
    "192.168.1.128/25, 192.168.1.200, 192.168.1.100, 0",
    "fd00::/8, fdff::1, fe00::1, 0",
    "fd00::1, fd00::1, fd00::2, 0",
    "[fd00::/8]:443, fd12::1, fc00::1, 443",
    "64:ff9b::/96, 64:ff9b::1.2.3.4, 64:ff9b::1:0:0, 0",
  })
  void containsAddressesWithItsPrefix(String text, String inside, String outside, int port) {
    AddressRange range = AddressRange.parse(text);

    assertThat(range.contains(InetAddress.ofLiteral(inside))).isTrue();
    assertThat(range.contains(InetAddress.ofLiteral(outside))).isFalse();
    assertThat(range.port()).isEqualTo(port);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.0/33",
        "10.0.0.1/8",
        "fd00::/129",
        "fd00::1/64",
        "10.0.0.0/8:0",
        "10.0.0.0/8:65536",
        "10.0.0",
        "2130706433",
        "256.0.0.0",
        "010.0.0.0/8x",
        "::ffff:10.0.0.0/104",
        "[10.0.0.0/8]:443",
        "[fd00::]/8:443",
        "fe80::1%eth0",
        "internal.example",
        "10.0.0.0/-1",
      })
  void rejectsInvalidRangesByName(String text) {
    assertThatThrownBy(() -> AddressRange.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text);
  }

  @Test
  void parsesRangesSeparatedByCommas() {
    assertThat(AddressRange.parseAll(" 10.0.0.0/8 ,fd00::/8,"))
        .extracting(AddressRange::bits)
        .containsExactly(8, 8);
    assertThat(AddressRange.parseAll("")).isEmpty();
  }
}
