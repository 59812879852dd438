package dev.homing.activities.destination;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import okhttp3.Dns;

/** Resolvers as Homing uses them; the test supplies the answer to each lookup. */
public final class SampleDns {
  private SampleDns() {}

  public static TimedDns of(Dns answers) {
    return new TimedDns(name -> answer(answers, name));
  }

  /** Reaches no name server; resolves only {@code localhost}. */
  public static TimedDns unreachable() {
    return of(
        name -> {
          if (name.equals("localhost")) {
            return List.of(InetAddress.getLoopbackAddress());
          }
          throw new NoAnswerException(false);
        });
  }

  private static CompletableFuture<List<InetAddress>> answer(Dns answers, String name) {
    try {
      return CompletableFuture.completedFuture(answers.lookup(name));
    } catch (UnknownHostException unknown) {
      return CompletableFuture.failedFuture(unknown);
    }
  }
}
