import org.codelibs.opensearch.runner.OpenSearchRunner;

/** A node of OpenSearch on the loopback; arguments: a folder for its files and a free port. Prints the port, and ends with its standard input. */
public class OpensearchPeer {
  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[1]);
    OpenSearchRunner runner = new OpenSearchRunner();
    runner.onBuild((number, settings) -> settings.put("network.host", "127.0.0.1"));
    // The first node takes the port after the base; the runner looks no further than its largest.
    runner.setMaxHttpPort(port);
    runner.build(OpenSearchRunner.newConfigs().numOfNode(1).basePath(args[0]).baseHttpPort(port - 1).disableESLogger());
    runner.ensureYellow();
    System.out.println("port " + port);
    while (System.in.read() != -1) {}
    runner.close();
    System.exit(0);
  }
}
