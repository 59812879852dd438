package dev.homing.app.wiring;

import dev.homing.activities.event.SharedWorkflows;
import dev.homing.activities.temporal.BacklogWorkflows;
import dev.homing.activities.temporal.DeliveryRuns;
import dev.homing.activities.temporal.DeliveryWorkflows;
import dev.homing.activities.temporal.EventStarts;
import dev.homing.app.node.TemporalHistograms;
import dev.homing.app.node.TemporalTls;
import io.micrometer.core.instrument.config.MeterFilter;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.GrpcCompression;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.spring.boot.TemporalOptionsCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The connection to Temporal. */
@Configuration(proxyBeanMethods = false)
class TemporalWiring {
  /** Compression costs more than it saves between processes of one machine or network. */
  @Bean
  TemporalOptionsCustomizer<WorkflowServiceStubsOptions.Builder> uncompressed() {
    return options -> options.setGrpcCompression(GrpcCompression.NONE);
  }

  @Bean
  TemporalOptionsCustomizer<WorkflowServiceStubsOptions.Builder> overTls(TemporalTls tls) {
    return tls::applyTo;
  }

  @Bean
  MeterFilter temporalHistograms() {
    return new TemporalHistograms();
  }

  @Bean
  DeliveryWorkflows deliveryWorkflows(WorkflowClient client) {
    return new DeliveryWorkflows(client);
  }

  @Bean
  DeliveryRuns deliveryRuns(WorkflowClient client) {
    return new DeliveryRuns(client);
  }

  @Bean
  BacklogWorkflows backlogWorkflows(WorkflowClient client) {
    return new BacklogWorkflows(client);
  }

  @Bean
  EventStarts eventStarts(WorkflowClient client, SharedWorkflows shared) {
    return new EventStarts(client, shared);
  }
}
