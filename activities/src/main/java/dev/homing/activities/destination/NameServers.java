package dev.homing.activities.destination;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.HostsFileEntriesProvider;
import io.netty.resolver.dns.DnsErrorCauseException;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.DnsServerAddressStream;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.resolver.dns.DnsServerAddresses;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks names up in the hosts file of this machine, then at its name servers.
 *
 * <p>Appends no search domain, and caches nothing.
 */
public final class NameServers implements Lookup, AutoCloseable {
  /** How long to wait before the next name server is asked, or the only one again. */
  private static final Duration QUERY_TIMEOUT = Duration.ofMillis(1_400);

  private static final Duration DEADLINE = Duration.ofSeconds(3);

  /**
   * More than the 30 s after which cached names are looked up again: answers within it are recent.
   */
  private static final Duration RECENT = Duration.ofSeconds(40);

  private static final int MAX_QUERIES = 16;

  private final EventLoopGroup thread =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("dns", true), NioIoHandler.newFactory());

  private final DnsNameResolver resolver;
  private volatile long answeredAtNanos = System.nanoTime() - RECENT.toNanos();

  /** Uses the servers in {@code /etc/resolv.conf}, which is read again every few minutes. */
  public NameServers() {
    this(DnsServerAddressStreamProviders.platformDefault());
  }

  /** Uses this server only. */
  public NameServers(InetSocketAddress server) {
    this(new SingleServer(server));
  }

  private NameServers(DnsServerAddressStreamProvider servers) {
    this.resolver =
        new DnsNameResolverBuilder(thread.next())
            .datagramChannelType(NioDatagramChannel.class)
            .socketChannelType(NioSocketChannel.class) // For answers too long for UDP.
            // A new port for each lookup, which a forged answer would have to guess.
            .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
            .nameServerProvider(name -> new RepeatedStream(servers.nameServerAddressStream(name)))
            .hostsFileEntriesResolver((_, _) -> null)
            .searchDomains(List.of())
            .ndots(0)
            .queryTimeoutMillis(QUERY_TIMEOUT.toMillis())
            .maxQueriesPerResolve(MAX_QUERIES)
            // All addresses are checked, including IPv6.
            .completeOncePreferredResolved(false)
            .resolveCache(NoopDnsCache.INSTANCE)
            .cnameCache(NoopDnsCnameCache.INSTANCE)
            .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
            .build();
  }

  @Override
  public CompletableFuture<List<InetAddress>> addressesOf(String name) {
    List<InetAddress> local = inHostsFile(name.toLowerCase(Locale.ROOT));
    return local.isEmpty() ? query(name) : CompletableFuture.completedFuture(local);
  }

  /** Reads the hosts file each time, as it may change at any time. */
  private static List<InetAddress> inHostsFile(String name) {
    HostsFileEntriesProvider hosts = hosts();
    return Stream.of(hosts.ipv4Entries(), hosts.ipv6Entries())
        .flatMap(entries -> entries.getOrDefault(name, List.of()).stream())
        .toList();
  }

  /** Respects the JDK's property for another hosts file. */
  private static HostsFileEntriesProvider hosts() {
    String file = System.getProperty("jdk.net.hosts.file");
    return file == null
        ? HostsFileEntriesProvider.parser().parseSilently()
        : HostsFileEntriesProvider.parser().parseSilently(new File(file));
  }

  private CompletableFuture<List<InetAddress>> query(String name) {
    CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
    Future<List<InetAddress>> query = resolver.resolveAll(name);
    var deadline =
        thread.schedule(() -> query.cancel(false), DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    query.addListener(
        _ -> {
          deadline.cancel(false);
          if (query.isSuccess()) {
            recordAnswer();
            answer.complete(query.getNow());
          } else {
            answer.completeExceptionally(toFailure(query.cause()));
          }
        });
    return answer;
  }

  private void recordAnswer() {
    answeredAtNanos = System.nanoTime();
  }

  private UnknownHostException toFailure(Throwable cause) {
    boolean denied = cause instanceof UnknownHostException && isDenial(cause.getCause());
    UnknownHostException failure;
    if (denied) {
      recordAnswer();
      failure = new UnknownHostException("no such name");
    } else {
      long since = System.nanoTime() - answeredAtNanos;
      failure = new NoAnswerException(since < RECENT.toNanos());
    }
    failure.initCause(cause);
    return failure;
  }

  /** True if the name does not exist (NXDOMAIN), or has no address. */
  private static boolean isDenial(@Nullable Throwable cause) {
    return cause == null
        || (cause instanceof DnsErrorCauseException error
            && error.getCode().equals(DnsResponseCode.NXDOMAIN));
  }

  @Override
  public void close() {
    resolver.close();
    var unused = thread.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private record SingleServer(InetSocketAddress server) implements DnsServerAddressStreamProvider {
    @Override
    public DnsServerAddressStream nameServerAddressStream(String name) {
      return DnsServerAddresses.singleton(server).stream();
    }
  }

  /** Asks each server twice, as a datagram may be lost. */
  private record RepeatedStream(DnsServerAddressStream servers) implements DnsServerAddressStream {
    @Override
    public InetSocketAddress next() {
      return servers.next();
    }

    @Override
    public int size() {
      return 2 * servers.size();
    }

    @Override
    public DnsServerAddressStream duplicate() {
      return new RepeatedStream(servers.duplicate());
    }
  }
}
