package dev.homing.app.page;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriUtils;

/** Links to workflows in Temporal's Web UI. */
@Component
public class WorkflowLinks {
  private final String temporalUi;
  private final String namespace;

  WorkflowLinks(PageSettings settings, @Value("${spring.temporal.namespace}") String namespace) {
    this.temporalUi = settings.temporalUi().replaceFirst("/+$", "");
    this.namespace = namespace;
  }

  /** The page of a workflow; null where none is to be shown: it is for operators. */
  public @Nullable String of(Visit visit, @Nullable String workflowId) {
    return temporalUi.isEmpty() || workflowId == null || !visit.isOperator()
        ? null
        : "%s/namespaces/%s/workflows/%s".formatted(temporalUi, encoded(namespace), workflowId);
  }

  private static String encoded(String text) {
    return UriUtils.encodePathSegment(text, StandardCharsets.UTF_8);
  }
}
