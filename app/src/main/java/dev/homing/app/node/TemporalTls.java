package dev.homing.app.node;

import dev.homing.activities.Setting;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.File;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * TLS between Homing and Temporal, with the variables that Temporal's own tools use.
 *
 * <p>Files are PEM, and read at the start. Any of these settings turns TLS on, as does an API key.
 *
 * @param enabled whether to use TLS even if nothing else is set ({@code TEMPORAL_TLS})
 * @param ca the authorities that may sign Temporal's certificate; empty: those that the JVM trusts
 *     ({@code TEMPORAL_TLS_SERVER_CA_CERT_PATH})
 * @param certificate the certificate that Homing presents; empty: none ({@code
 *     TEMPORAL_TLS_CLIENT_CERT_PATH})
 * @param key the key of that certificate, in PKCS#8 ({@code TEMPORAL_TLS_CLIENT_KEY_PATH})
 * @param serverName the name that Temporal's certificate must have; empty: the host of the address
 *     ({@code TEMPORAL_TLS_SERVER_NAME})
 */
@ConfigurationProperties("homing.temporal-tls")
public record TemporalTls(
    boolean enabled, String ca, String certificate, String key, String serverName) {
  public TemporalTls {
    if (certificate.isEmpty() != key.isEmpty()) {
      String missing = certificate.isEmpty() ? "certificate" : "key";
      throw new Setting.Invalid(
          "homing.temporal-tls." + missing,
          "not set",
          "a file, because certificate and key belong together");
    }
    var unused = presenting(certificate, key, trusting(ca));
  }

  /** Applies TLS to the options of a connection. */
  public WorkflowServiceStubsOptions.Builder applyTo(WorkflowServiceStubsOptions.Builder options) {
    context().ifPresent(options::setSslContext);
    if (!serverName.isEmpty()) {
      options.setChannelInitializer(channel -> channel.overrideAuthority(serverName));
    }
    return options;
  }

  /** The TLS context; empty: no TLS, unless there is an API key. */
  private Optional<SslContext> context() {
    boolean on =
        enabled || Stream.of(ca, certificate, serverName).anyMatch(text -> !text.isEmpty());
    return on ? Optional.of(built(presenting(certificate, key, trusting(ca)))) : Optional.empty();
  }

  private static SslContext built(SslContextBuilder builder) {
    try {
      return builder.build();
    } catch (SSLException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static SslContextBuilder trusting(String ca) {
    SslContextBuilder builder = GrpcSslContexts.forClient();
    try {
      return ca.isEmpty() ? builder : builder.trustManager(new File(ca));
    } catch (IllegalArgumentException unreadable) {
      throw new Setting.Invalid("homing.temporal-tls.ca", ca, "a PEM file of certificates");
    }
  }

  private static SslContextBuilder presenting(
      String certificate, String key, SslContextBuilder builder) {
    try {
      return certificate.isEmpty()
          ? builder
          : builder.keyManager(new File(certificate), new File(key));
    } catch (IllegalArgumentException unreadable) {
      throw new Setting.Invalid(
          "homing.temporal-tls.certificate",
          "%s with %s".formatted(certificate, key),
          "a PEM file of certificates, and one of the first one's key in PKCS#8, not encrypted");
    }
  }
}
