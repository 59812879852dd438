package dev.homing.bare;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.UUID;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Reads what comes and answers 202, on virtual threads: the least that accepting can take.
 *
 * <p>What Spring Boot sets up for it is listed in the {@code .imports} file of its name.
 */
@RestController
@ImportAutoConfiguration
public class BareStack {
  /** {@code --server.port} says where. */
  public static void main(String[] arguments) {
    var unused =
        new SpringApplicationBuilder(BareStack.class)
            .properties(
                "spring.config.name=bare",
                "spring.threads.virtual.enabled=true",
                "server.tomcat.max-keep-alive-requests=10000")
            .run(arguments);
  }

  @PostMapping("/webhooks/{type}")
  ResponseEntity<Receipt> publish(@PathVariable String type, HttpServletRequest request)
      throws IOException {
    int length = request.getInputStream().readAllBytes().length;
    return ResponseEntity.accepted().body(new Receipt(UUID.randomUUID(), type, length));
  }

  /** As long as Homing's. */
  record Receipt(UUID id, String eventType, int length) {}
}
