package dev.homing.app.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.stereotype.Controller;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.context.support.StaticWebApplicationContext;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.util.ServletRequestPathUtils;

class PathFirstMappingTest {
  private final PathFirstMapping mapping = new PathFirstMapping();

  @Controller
  static class Routes {
    @PostMapping("/webhooks/{type}")
    void publish() {}

    @PostMapping(path = "/ui/forms/{id}", consumes = "application/x-www-form-urlencoded")
    void form() {}

    @GetMapping("/events/{id}")
    void event() {}
  }

  /** Notes which headers are read. */
  private static final class Request extends MockHttpServletRequest {
    final List<String> headersRead = new ArrayList<>();

    Request(String method, String path) {
      super(method, path);
      ServletRequestPathUtils.parseAndCache(this);
    }

    @Override
    public @Nullable String getHeader(String name) {
      headersRead.add(name);
      return super.getHeader(name);
    }
  }

  @BeforeEach
  void registerRoutes() {
    var context = new StaticWebApplicationContext();
    context.registerSingleton("routes", Routes.class);
    context.refresh();
    mapping.setApplicationContext(context);
    mapping.afterPropertiesSet();
  }

  @Test
  void headersAreNotReadForRoutesWithOtherPaths() throws Exception {
    Request request = new Request("POST", "/webhooks/order.created");

    assertThat(handler(request)).isEqualTo("publish");
    assertThat(request.headersRead).isEmpty();
  }

  @Test
  void thePathDoesNotOverruleTheMethodOrTheContentType() {
    assertThatThrownBy(() -> handler(new Request("POST", "/events/1")))
        .isInstanceOf(HttpRequestMethodNotSupportedException.class);
    Request json = new Request("POST", "/ui/forms/1");
    json.setContent(new byte[] {'{', '}'});
    json.setContentType("application/json");
    assertThatThrownBy(() -> handler(json)).isInstanceOf(HttpMediaTypeNotSupportedException.class);
  }

  private String handler(Request request) throws Exception {
    var chain = requireNonNull(mapping.getHandler(request));
    return ((HandlerMethod) chain.getHandler()).getMethod().getName();
  }
}
