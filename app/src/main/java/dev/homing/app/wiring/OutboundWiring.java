package dev.homing.app.wiring;

import dev.homing.activities.destination.DestinationCheck;
import dev.homing.activities.destination.DestinationPolicy;
import dev.homing.activities.destination.DestinationSettings;
import dev.homing.activities.destination.KnownNames;
import dev.homing.activities.destination.NameServers;
import dev.homing.activities.destination.OwnPorts;
import dev.homing.activities.destination.TimedDns;
import dev.homing.activities.outbound.Egress;
import dev.homing.activities.outbound.HttpSender;
import dev.homing.activities.outbound.OutboundCalls;
import dev.homing.app.access.AccessSettings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.info.BuildProperties;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Requests to receivers: which addresses they may reach, and the client that sends them. */
@Configuration(proxyBeanMethods = false)
class OutboundWiring {
  private static final Logger log = LoggerFactory.getLogger(OutboundWiring.class);

  @Bean
  OwnPorts ownPorts() {
    return new OwnPorts();
  }

  /** Collects the ports of the API and of management as they open. */
  @Bean
  ApplicationListener<WebServerInitializedEvent> listening(OwnPorts own) {
    return event -> own.add(event.getWebServer().getPort());
  }

  /** Allows receivers on this machine in open mode, which serves this machine only. */
  @Bean
  DestinationPolicy destinationPolicy(
      DestinationSettings settings, AccessSettings access, OwnPorts own) {
    if (!settings.allow().isBlank()) {
      log.info("non-public addresses that may be called: {}", settings.allow());
    }
    return new DestinationPolicy(settings, access.isOpen(), own);
  }

  @Bean
  NameServers nameServers() {
    return new NameServers();
  }

  @Bean
  TimedDns dns(NameServers servers) {
    return new TimedDns(new KnownNames(servers));
  }

  @Bean
  DestinationCheck destinationCheck(DestinationPolicy policy, TimedDns dns) {
    return new DestinationCheck(policy, dns);
  }

  @Bean
  OutboundCalls outboundCalls(DestinationPolicy policy, TimedDns dns) {
    return new OutboundCalls(policy, dns);
  }

  @Bean
  Egress egress(MeterRegistry metrics) {
    Egress egress = new Egress();
    Gauge.builder("homing.egress.down", egress, node -> node.isDown() ? 1 : 0)
        .description("1 while this node reaches no receiver")
        .register(metrics);
    return egress;
  }

  @Bean
  HttpSender httpSender(
      OutboundCalls calls, Clock clock, Egress egress, ObjectProvider<BuildProperties> build) {
    String version =
        Optional.ofNullable(build.getIfAvailable())
            .map(BuildProperties::getVersion)
            .orElse("development");
    return new HttpSender(calls, clock, egress, version);
  }
}
