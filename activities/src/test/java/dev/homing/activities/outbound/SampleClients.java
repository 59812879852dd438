package dev.homing.activities.outbound;

import dev.homing.activities.destination.Destinations;
import dev.homing.activities.destination.SampleDns;
import okhttp3.Dns;
import okhttp3.OkHttpClient;

/** Clients as Homing builds them, which may go where the test says. */
public final class SampleClients {
  private SampleClients() {}

  public static OkHttpClient toAnywhere() {
    return to(_ -> true);
  }

  static OkHttpClient to(Destinations destinations) {
    return to(destinations, Dns.SYSTEM);
  }

  static OkHttpClient to(Destinations destinations, Dns resolver) {
    return OutboundClient.build(destinations, SampleDns.of(resolver), false);
  }
}
