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
 * Asks the name servers of this machine, after its hosts file.
 *
 * <p>A name is asked for as it is: no search domain is appended. Nothing is remembered here.
 */
public final class NameServers implements Lookup, AutoCloseable {
  /** Until the next of the name servers is asked, or the only one again. */
  private static final Duration PATIENCE = Duration.ofMillis(1_400);

  private static final Duration DEADLINE = Duration.ofSeconds(3);

  /** Names that are remembered are asked for again after 30 s: some answer came within this. */
  private static final Duration LATELY = Duration.ofSeconds(40);

  private static final int MOST_QUERIES = 16;

  private final EventLoopGroup thread =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("dns", true), NioIoHandler.newFactory());

  private final DnsNameResolver resolver;
  private volatile long answeredAtNanos = System.nanoTime() - LATELY.toNanos();

  /** As {@code /etc/resolv.conf} says, which is read again every few minutes. */
  public NameServers() {
    this(DnsServerAddressStreamProviders.platformDefault());
  }

  /** This one only. */
  public NameServers(InetSocketAddress server) {
    this(new One(server));
  }

  private NameServers(DnsServerAddressStreamProvider servers) {
    this.resolver =
        new DnsNameResolverBuilder(thread.next())
            .datagramChannelType(NioDatagramChannel.class)
            .socketChannelType(NioSocketChannel.class) // For answers that are too long for UDP.
            // Another port for each, so that a forged answer has to guess it.
            .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
            .nameServerProvider(name -> new Twice(servers.nameServerAddressStream(name)))
            .hostsFileEntriesResolver((_, _) -> null)
            .searchDomains(List.of())
            .ndots(0)
            .queryTimeoutMillis(PATIENCE.toMillis())
            .maxQueriesPerResolve(MOST_QUERIES)
            // All addresses are judged, those of IPv6 as well.
            .completeOncePreferredResolved(false)
            .resolveCache(NoopDnsCache.INSTANCE)
            .cnameCache(NoopDnsCnameCache.INSTANCE)
            .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
            .build();
  }

  @Override
  public CompletableFuture<List<InetAddress>> addressesOf(String name) {
    List<InetAddress> own = ofThisMachine(name.toLowerCase(Locale.ROOT));
    return own.isEmpty() ? ask(name) : CompletableFuture.completedFuture(own);
  }

  /** Of its hosts file, which may change at any time. */
  private static List<InetAddress> ofThisMachine(String name) {
    HostsFileEntriesProvider hosts = hosts();
    return Stream.of(hosts.ipv4Entries(), hosts.ipv6Entries())
        .flatMap(entries -> entries.getOrDefault(name, List.of()).stream())
        .toList();
  }

  /** The JDK has a property by which it reads another file. */
  private static HostsFileEntriesProvider hosts() {
    String file = System.getProperty("jdk.net.hosts.file");
    return file == null
        ? HostsFileEntriesProvider.parser().parseSilently()
        : HostsFileEntriesProvider.parser().parseSilently(new File(file));
  }

  private CompletableFuture<List<InetAddress>> ask(String name) {
    CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
    Future<List<InetAddress>> query = resolver.resolveAll(name);
    var deadline =
        thread.schedule(() -> query.cancel(false), DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    query.addListener(
        _ -> {
          deadline.cancel(false);
          if (query.isSuccess()) {
            answered();
            answer.complete(query.getNow());
          } else {
            answer.completeExceptionally(failed(query.cause()));
          }
        });
    return answer;
  }

  private void answered() {
    answeredAtNanos = System.nanoTime();
  }

  private UnknownHostException failed(Throwable cause) {
    boolean denied = cause instanceof UnknownHostException && isDenial(cause.getCause());
    UnknownHostException failure;
    if (denied) {
      answered();
      failure = new UnknownHostException("no such name");
    } else {
      long since = System.nanoTime() - answeredAtNanos;
      failure = new NoAnswerException(since < LATELY.toNanos());
    }
    failure.initCause(cause);
    return failure;
  }

  /** There is no such name (NXDOMAIN), or it has no address. */
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

  private record One(InetSocketAddress server) implements DnsServerAddressStreamProvider {
    @Override
    public DnsServerAddressStream nameServerAddressStream(String name) {
      return DnsServerAddresses.singleton(server).stream();
    }
  }

  /** Each server is asked twice, as a datagram may be lost. */
  private record Twice(DnsServerAddressStream once) implements DnsServerAddressStream {
    @Override
    public InetSocketAddress next() {
      return once.next();
    }

    @Override
    public int size() {
      return 2 * once.size();
    }

    @Override
    public DnsServerAddressStream duplicate() {
      return new Twice(once.duplicate());
    }
  }
}
