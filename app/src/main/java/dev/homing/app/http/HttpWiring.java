package dev.homing.app.http;

import dev.homing.app.problem.ContainerProblems;
import java.time.Duration;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.webmvc.autoconfigure.WebMvcRegistrations;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.filter.UrlHandlerFilter;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/** The filters, connector and JSON rules in front of every request. */
@Configuration(proxyBeanMethods = false)
class HttpWiring {
  /** Serves every path with a trailing slash as well. */
  @Bean
  FilterRegistrationBean<UrlHandlerFilter> trailingSlashes() {
    FilterRegistrationBean<UrlHandlerFilter> registration =
        new FilterRegistrationBean<>(
            UrlHandlerFilter.trailingSlashHandler("/**").wrapRequest().build());
    registration.setOrder(BodyLimit.ORDER - 1);
    return registration;
  }

  @Bean
  FilterRegistrationBean<BodyLimit> bodyLimit(PayloadSettings payloads, RequestSettings requests) {
    FilterRegistrationBean<BodyLimit> registration =
        new FilterRegistrationBean<>(
            new BodyLimit(payloads.maxPayload().toBytes(), requests.bodyTimeout()));
    registration.setOrder(BodyLimit.ORDER);
    return registration;
  }

  /** Before the security chain, whose refusals are answers as well. */
  @Bean
  FilterRegistrationBean<AnswerHeaders> answerHeaders() {
    FilterRegistrationBean<AnswerHeaders> registration =
        new FilterRegistrationBean<>(new AnswerHeaders());
    registration.setOrder(BodyLimit.ORDER - 2);
    return registration;
  }

  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> container(RequestSettings settings) {
    return tomcat -> {
      tomcat.setProtocol(HeadTimeoutProtocol.class.getName());
      tomcat.addConnectorCustomizers(connector -> customize(connector, settings));
      tomcat.addContextCustomizers(
          context ->
              ((StandardHost) context.getParent())
                  .setErrorReportValveClass(ContainerProblems.class.getName()));
      tomcat.addEngineValves(new UnreadBodyValve());
    };
  }

  @Bean
  WebMvcRegistrations pathFirst() {
    return new WebMvcRegistrations() {
      @Override
      public RequestMappingHandlerMapping getRequestMappingHandlerMapping() {
        return new PathFirstMapping();
      }
    };
  }

  private static void customize(Connector connector, RequestSettings settings) {
    HeadTimeoutProtocol protocol = (HeadTimeoutProtocol) connector.getProtocolHandler();
    protocol.setHeadTimeout(settings.headTimeout());
    // A refused caller that sent Expect: 100-continue is never asked for its body.
    protocol.setContinueResponseTiming("onRead");
    // A form is a payload like any other, so Tomcat must not parse it in front of the limit.
    connector.setParseBodyMethods("");
  }

  @Bean
  JacksonModule durationsInJson() {
    return new SimpleModule("durations")
        .addSerializer(Duration.class, new DurationJson.Writer())
        .addDeserializer(Duration.class, new DurationJson.Reader());
  }

  /** Refuses numbers as strings and repeated fields, rather than guess what was meant. */
  @Bean
  JsonMapperBuilderCustomizer strictStrings() {
    return json ->
        json.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .withCoercionConfig(
                LogicalType.Textual,
                strings ->
                    strings
                        .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail));
  }
}
