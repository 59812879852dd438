package dev.homing.app.node;

import dev.homing.activities.temporal.ShortCalls;
import dev.homing.workflows.Search;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.operatorservice.v1.AddSearchAttributesRequest;
import io.temporal.api.operatorservice.v1.ListSearchAttributesRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.OperatorServiceStubs;
import io.temporal.serviceclient.OperatorServiceStubsOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Registers the search attributes of workflows with Temporal, which rejects unknown ones. */
@Component
public class SearchAttributes {
  private static final Logger log = LoggerFactory.getLogger(SearchAttributes.class);

  private final WorkflowClient client;

  SearchAttributes(WorkflowClient client) {
    this.client = client;
  }

  /**
   * Registers those that are missing.
   *
   * @throws StatusRuntimeException if Temporal does not answer
   */
  void register() {
    ShortCalls.run(this::registerMissing);
  }

  /** Registers them again if Temporal has lost them with its database; never throws. */
  public void keep() {
    try {
      register();
    } catch (StatusRuntimeException e) {
      log.debug("cannot register search attributes: {}", e.getMessage());
    }
  }

  private void registerMissing() {
    OperatorServiceStubs operator =
        OperatorServiceStubs.newServiceStubs(
            OperatorServiceStubsOptions.newBuilder()
                .setChannel(client.getWorkflowServiceStubs().getRawChannel())
                .validateAndBuildWithDefaults());
    String namespace = client.getOptions().getNamespace();
    var known =
        operator
            .blockingStub()
            .listSearchAttributes(
                ListSearchAttributesRequest.newBuilder().setNamespace(namespace).build())
            .getCustomAttributesMap();
    var missing = AddSearchAttributesRequest.newBuilder().setNamespace(namespace);
    for (var key : Search.ALL) {
      if (!known.containsKey(key.getName())) {
        missing.putSearchAttributes(key.getName(), IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD);
      }
    }
    if (missing.getSearchAttributesCount() > 0) {
      add(operator, missing.build());
    }
  }

  private static void add(OperatorServiceStubs operator, AddSearchAttributesRequest missing) {
    try {
      var unused = operator.blockingStub().addSearchAttributes(missing);
      log.info("registered search attributes {}", missing.getSearchAttributesMap().keySet());
    } catch (StatusRuntimeException refused) {
      if (refused.getStatus().getCode() != Status.Code.ALREADY_EXISTS) {
        throw refused; // ALREADY_EXISTS: another node was quicker.
      }
    }
  }
}
